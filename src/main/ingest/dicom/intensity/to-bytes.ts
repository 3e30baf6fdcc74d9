import { assertNever } from '#shared/ipc/errors';
import type { Intensity } from '#shared/models/pipeline';
import type { IntensityWindow } from '../../types';
import type { GreyFrame } from './grey-frame';
import { percentilesOf } from './statistics';
import { tableFunction, windowFunction } from './voi';

type Curve = (value: number) => number;

/** [low, high] onto [0, 1]; a flat frame is black. */
function rangeFunction(low: number, high: number): Curve {
  if (!(high > low)) return () => 0;
  return (value) => Math.min(Math.max((value - low) / (high - low), 0), 1);
}

function render(frame: GreyFrame, curve: Curve, inverted: boolean): Uint8Array {
  const { values, isPadding } = frame;
  const out = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const level = Math.round(255 * curve(values[index] as number));
    out[index] = inverted ? 255 - level : level;
  }
  // Padding is no tissue: black, also where an inversion would make it white.
  if (isPadding !== null) for (let index = 0; index < out.length; index++) if (isPadding(index)) out[index] = 0;
  return out;
}

function fileCurve(frame: GreyFrame): Curve {
  const [window] = frame.voi.windows;
  if (window !== undefined) return windowFunction(window, frame.voi.voiFunction);
  if (frame.voi.table !== null) return tableFunction(frame.voi.table);
  return rangeFunction(frame.range.min, frame.range.max);
}

function percentileCurve(frame: GreyFrame, low: number, high: number): Curve {
  const { values, isPadding } = frame;
  const kept = isPadding === null ? values.slice() : values.filter((_, index) => !isPadding(index));
  const [from, to] = percentilesOf(kept, [low, high]) as [number, number];
  return rangeFunction(from, to);
}

/** The model's path: recorded in the pipeline, the same for training and prediction. One byte a pixel. */
export function greyForModel(frame: GreyFrame, intensity: Intensity): Uint8Array {
  switch (intensity.kind) {
    case 'auto':
      return render(frame, fileCurve(frame), frame.inverted);
    case 'window':
      return render(frame, windowFunction(intensity, 'LINEAR'), frame.inverted);
    case 'percentile':
      return render(frame, percentileCurve(frame, intensity.low, intensity.high), frame.inverted);
    case 'full-range':
      return render(frame, rangeFunction(frame.range.min, frame.range.max), frame.inverted);
    default:
      return assertNever(intensity);
  }
}

/** The display's path: the viewer's window, else the file's own. `invert` is the viewer's, on top of MONOCHROME1. */
export function greyForDisplay(frame: GreyFrame, window: IntensityWindow | null, invert: boolean): Uint8Array {
  const curve = window === null ? fileCurve(frame) : windowFunction(window, frame.voi.voiFunction);
  return render(frame, curve, frame.inverted !== invert);
}
