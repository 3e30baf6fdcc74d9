import type { DataSet } from 'dicom-parser';
import { assertNever } from '#shared/ipc/errors';
import type { IntensityWindow } from '../../types';
import { firstItem, frameScopes } from '../functional-groups';
import { type LookupTable, lookUp, readLookupTable } from './lookup-table';

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** What a frame says of how it wants to be seen (PS3.3, C.11.2). */
export interface Voi {
  readonly windows: readonly IntensityWindow[];
  readonly voiFunction: VoiFunction;
  readonly table: LookupTable | null;
}

const FRAME_VOI_LUT_SEQUENCE = 'x00289132';
const VOI_LUT_SEQUENCE = 'x00283010';
/** No file in use names more; some hold thousands. */
const MAX_WINDOWS = 64;

function readFunction(scope: DataSet): VoiFunction {
  const name = scope.string('x00281056')?.trim();
  return name === 'LINEAR_EXACT' || name === 'SIGMOID' ? name : 'LINEAR';
}

function readWindows(scope: DataSet, voiFunction: VoiFunction): IntensityWindow[] {
  const count = Math.min(scope.numStringValues('x00281050') ?? 0, MAX_WINDOWS);
  const windows: IntensityWindow[] = [];
  for (let index = 0; index < count; index++) {
    const center = scope.floatString('x00281050', index);
    const width = scope.floatString('x00281051', index);
    if (center === undefined || width === undefined || !Number.isFinite(center) || !Number.isFinite(width)) continue;
    if (width >= (voiFunction === 'LINEAR' ? 1 : Number.MIN_VALUE)) windows.push({ center, width });
  }
  return windows;
}

/** Windows and VOI LUT of one frame. `signed` says whether values after the modality LUT may be negative. */
export function readVoi(dataSet: DataSet, frame: number, signed: boolean): Voi {
  const table = readLookupTable(firstItem(dataSet, VOI_LUT_SEQUENCE), signed);
  for (const scope of frameScopes(dataSet, frame, FRAME_VOI_LUT_SEQUENCE)) {
    const voiFunction = readFunction(scope);
    const windows = readWindows(scope, voiFunction);
    if (windows.length > 0) return { windows, voiFunction, table };
  }
  return { windows: [], voiFunction: 'LINEAR', table };
}

/**
 * A window as a function onto [0, 1] (PS3.3, C.11.2.1.2 and C.11.2.1.3):
 * LINEAR ((x - (c - 0.5)) / (w - 1) + 0.5), LINEAR_EXACT ((x - c) / w + 0.5), SIGMOID 1 / (1 + exp(-4 (x - c) / w)).
 */
export function windowFunction(
  { center, width }: IntensityWindow,
  voiFunction: VoiFunction,
): (value: number) => number {
  switch (voiFunction) {
    case 'LINEAR': {
      // Width 1 is a step: below or at c - 0.5 black, above it white.
      if (width <= 1) return (value) => (value <= center - 0.5 ? 0 : 1);
      return (value) => clamp((value - (center - 0.5)) / (width - 1) + 0.5);
    }
    case 'LINEAR_EXACT':
      return (value) => clamp((value - center) / width + 0.5);
    case 'SIGMOID':
      return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
    default:
      return assertNever(voiFunction);
  }
}

/** A VOI LUT as a function onto [0, 1]. */
export function tableFunction(table: LookupTable): (value: number) => number {
  const top = 2 ** table.bits - 1;
  return (value) => clamp(lookUp(table, value) / top);
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
