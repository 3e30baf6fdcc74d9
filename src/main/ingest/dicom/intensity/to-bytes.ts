import { assertNever } from '#shared/ipc/errors';
import type { Intensity } from '#shared/models/pipeline';
import type { IntensityWindow } from '../../types';
import type { GreyFrame } from './grey-frame';
import { percentileOf, rangeOf } from './statistics';
import { tableFunction, windowFunction } from './voi';

type Curve = (value: number) => number;

/** Maps [low, high] to [0, 1]; a flat frame is black. */
function rangeFunction(low: number, high: number): Curve {
  if (!(high > low)) return () => 0;
  return (value) => Math.min(Math.max((value - low) / (high - low), 0), 1);
}

/** Maps a stored value to a byte: the curve over units, then MONOCHROME1. Padding is not tissue and always black. */
function byteOf({ toUnits, isPadding }: GreyFrame, curve: Curve, inverted: boolean): Curve {
  return (stored) => {
    if (isPadding(stored)) return 0;
    const level = Math.round(255 * curve(toUnits(stored)));
    return inverted ? 255 - level : level;
  };
}

function render(frame: GreyFrame, curve: Curve, inverted: boolean): Uint8Array {
  const { stored } = frame;
  const toByte = byteOf(frame, curve, inverted);
  const out = new Uint8Array(stored.length);
  if (stored.BYTES_PER_ELEMENT > 2) {
    for (let index = 0; index < out.length; index++) out[index] = toByte(stored[index] as number);
    return out;
  }
  // At most 65,536 distinct values: each is computed once, on first occurrence.
  const bytes = new Int16Array(131_072).fill(-1);
  for (let index = 0; index < out.length; index++) {
    const value = stored[index] as number;
    let byte = bytes[value + 65_536] as number;
    if (byte < 0) {
      byte = toByte(value);
      bytes[value + 65_536] = byte;
    }
    out[index] = byte;
  }
  return out;
}

function fullRangeCurve(frame: GreyFrame): Curve {
  const { min, max } = rangeOf(frame.counted);
  return rangeFunction(min, max);
}

function fileCurve(frame: GreyFrame): Curve {
  const [window] = frame.voi.windows;
  if (window !== undefined) return windowFunction(window, frame.voi.voiFunction);
  if (frame.voi.table !== null) return tableFunction(frame.voi.table);
  return fullRangeCurve(frame);
}

/** Converts for the model, one byte per pixel: recorded in the pipeline, identical in training and prediction. */
export function greyForModel(frame: GreyFrame, intensity: Intensity): Uint8Array {
  switch (intensity.kind) {
    case 'auto':
      return render(frame, fileCurve(frame), frame.inverted);
    case 'window':
      return render(frame, windowFunction(intensity, 'LINEAR'), frame.inverted);
    case 'percentile':
      return render(
        frame,
        rangeFunction(percentileOf(frame.counted, intensity.low), percentileOf(frame.counted, intensity.high)),
        frame.inverted,
      );
    case 'full-range':
      return render(frame, fullRangeCurve(frame), frame.inverted);
    default:
      return assertNever(intensity);
  }
}

/** Converts for display with the viewer's window, else the file's. `invert` is the viewer's, on top of MONOCHROME1. */
export function greyForDisplay(frame: GreyFrame, window: IntensityWindow | null, invert: boolean): Uint8Array {
  const curve = window === null ? fileCurve(frame) : windowFunction(window, frame.voi.voiFunction);
  return render(frame, curve, frame.inverted !== invert);
}
