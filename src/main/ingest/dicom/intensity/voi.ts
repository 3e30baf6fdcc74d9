import type { DataSet } from 'dicom-parser';
import { assertNever } from '#shared/ipc/errors';
import type { IntensityWindow } from '../../types';
import { firstItem, frameScopes } from '../functional-groups';
import type { Notes } from '../notes';
import { type NumberAttribute, readNumbers } from '../numbers/read-numbers';
import { readText } from '../text';
import { type LookupTable, lookUp, readLookupTable } from './lookup-table';

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** A frame's values of interest: windows and VOI LUT (PS3.3, C.11.2). */
export interface Voi {
  readonly windows: readonly IntensityWindow[];
  readonly voiFunction: VoiFunction;
  readonly table: LookupTable | null;
}

const FRAME_VOI_LUT_SEQUENCE = 'x00289132';
const VOI_LUT_SEQUENCE = 'x00283010';
const WINDOW_CENTER: NumberAttribute = { tag: 'x00281050', name: 'Window Center', vr: 'DS' };
const WINDOW_WIDTH: NumberAttribute = { tag: 'x00281051', name: 'Window Width', vr: 'DS' };

function readFunction(scope: DataSet, notes: Notes): VoiFunction {
  const name = readText(scope, 'x00281056')?.toUpperCase() ?? 'LINEAR';
  if (name === 'LINEAR' || name === 'LINEAR_EXACT' || name === 'SIGMOID') return name;
  notes.add('VOI LUT Function is not a DICOM term; windows are treated as LINEAR.');
  return 'LINEAR';
}

/** LINEAR requires a width of at least 1, the others one above 0 (PS3.3, C.11.2.1.2 and C.11.2.1.3). */
function isAllowed(width: number, voiFunction: VoiFunction): boolean {
  return voiFunction === 'LINEAR' ? width >= 1 : width > 0;
}

/** Why a window is unusable; null if it is usable. */
function whyUnusable(center: number | null, width: number | null, voiFunction: VoiFunction): string | null {
  if (center === null && width === null) return 'no usable centre and no usable width';
  if (center === null) return 'no usable centre';
  if (width === null) return 'no usable width';
  if (isAllowed(width, voiFunction)) return null;
  const least = voiFunction === 'LINEAR' ? '1 or more' : 'more than 0';
  return `DICOM requires a width of ${least} for ${voiFunction}`;
}

function readWindows(scope: DataSet, voiFunction: VoiFunction, notes: Notes): IntensityWindow[] {
  const centers = readNumbers(scope, WINDOW_CENTER, notes);
  const widths = readNumbers(scope, WINDOW_WIDTH, notes);
  const count = Math.max(centers.length, widths.length);
  const windows: IntensityWindow[] = [];
  /** Numbers (from 1) of the unusable windows, by reason. */
  const unusable = new Map<string, number[]>();
  for (let index = 0; index < count; index++) {
    const center = centers[index] ?? null;
    const width = widths[index] ?? null;
    const why = whyUnusable(center, width, voiFunction);
    if (why !== null) unusable.set(why, [...(unusable.get(why) ?? []), index + 1]);
    else if (center !== null && width !== null) windows.push({ center, width });
  }
  for (const [why, numbers] of unusable) {
    notes.add(
      count === 1
        ? `The window of the file was not used: ${why}.`
        : `Of the ${count} windows of the file, ${numbersText(numbers)} not used: ${why}.`,
    );
  }
  return windows;
}

/** “number 2 was”, “numbers 2 and 3 were”, “40 were”. */
function numbersText(numbers: readonly number[]): string {
  if (numbers.length > 5) return `${numbers.length} were`;
  const last = numbers.at(-1);
  return numbers.length === 1 ? `number ${last} was` : `numbers ${numbers.slice(0, -1).join(', ')} and ${last} were`;
}

/** Bit depths of VOI LUT entries in practice. */
const DEPTHS = [8, 10, 12, 14, 16];

/**
 * Corrects the bit depth of a VOI LUT, which defines white, to that of its entries. An entry larger than the descriptor
 * allows is trusted; if the largest entry would leave the image below a quarter of its brightness, the depth that it
 * needs is used.
 */
function withUsedDepth(table: LookupTable, notes: Notes): LookupTable {
  const { entries, bits } = table;
  const largest = entries.reduce((most, entry) => Math.max(most, entry), 0);
  const legal = bits >= 8 && bits <= 16;
  if (legal && largest < 2 ** bits && (largest === 0 || largest >= 2 ** (bits - 2))) return table;
  notes.add('The bit depth of the VOI LUT entries differs from its descriptor; the depth of the entries is used.');
  return { ...table, bits: DEPTHS.find((depth) => largest < 2 ** depth) ?? 16 };
}

/** Reads the windows and VOI LUT of one frame. `signed`: values after the modality LUT may be negative. */
export function readVoi(dataSet: DataSet, frame: number, signed: boolean, notes: Notes): Voi {
  const stored = readLookupTable(firstItem(dataSet, VOI_LUT_SEQUENCE), signed, 'VOI LUT', notes);
  const table = stored === null ? null : withUsedDepth(stored, notes);
  for (const scope of frameScopes(dataSet, frame, FRAME_VOI_LUT_SEQUENCE)) {
    const voiFunction = readFunction(scope, notes);
    const windows = readWindows(scope, voiFunction, notes);
    if (windows.length === 0) continue;
    if (table !== null) notes.add('The file has a window and a VOI LUT; the window is used.');
    return { windows, voiFunction, table };
  }
  return { windows: [], voiFunction: 'LINEAR', table };
}

/**
 * A window as a function to [0, 1] (PS3.3, C.11.2.1.2 and C.11.2.1.3):
 * LINEAR ((x - (c - 0.5)) / (w - 1) + 0.5), LINEAR_EXACT ((x - c) / w + 0.5), SIGMOID 1 / (1 + exp(-4 (x - c) / w)).
 */
export function windowFunction(
  { center, width }: IntensityWindow,
  voiFunction: VoiFunction,
): (value: number) => number {
  switch (voiFunction) {
    case 'LINEAR': {
      // Width 1 is a step: black up to and including c - 0.5, white above it.
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

/** A VOI LUT as a function to [0, 1]. */
export function tableFunction(table: LookupTable): (value: number) => number {
  const top = 2 ** table.bits - 1;
  return (value) => clamp(lookUp(table, value) / top);
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
