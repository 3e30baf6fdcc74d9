import type { DataSet, Element, Fragment } from 'dicom-parser';
import { damaged, truncated } from '../damaged';
import { readFrameOffsets } from './offset-tables';

/** Whether a fragment starts a new JPEG (SOI) or JPEG 2000 (SOC, SIZ) codestream. */
function startsCodestream(bytes: Uint8Array, { position, length }: Fragment): boolean {
  if (length < 4 || position + 4 > bytes.length || bytes[position] !== 0xff) return false;
  const second = bytes[position + 1];
  const third = bytes[position + 2];
  return (second === 0xd8 && third === 0xff) || (second === 0x4f && third === 0xff && bytes[position + 3] === 0x51);
}

/**
 * The fragments of one frame (PS3.5, A.4), by the surest rule that applies: a single frame owns them all; as many
 * fragments as frames are one each; an offset table says; else a frame starts where a codestream starts.
 */
export function findFrameFragments(dataSet: DataSet, pixelData: Element, frames: number, frame: number): Fragment[] {
  const fragments = pixelData.fragments ?? [];
  if (fragments.length === 0) throw damaged('The compressed image has no data in it.');
  if (frames === 1) return fragments;
  if (fragments.length === frames) return fragments.slice(frame, frame + 1);
  if (fragments.length < frames) {
    if (frame < fragments.length) return fragments.slice(frame, frame + 1);
    throw truncated(`The file says that it has ${frames} frames, but only ${fragments.length} are there.`);
  }
  const offsets = readFrameOffsets(dataSet, pixelData, frames);
  if (offsets !== null) {
    const first = offsets[frame] as number;
    const next = offsets[frame + 1] ?? Number.POSITIVE_INFINITY;
    const found = fragments.filter(({ offset }) => offset >= first && offset < next);
    if (found[0]?.offset === first) return found;
  }
  const starts = fragments.flatMap((fragment, index) => (startsCodestream(dataSet.byteArray, fragment) ? [index] : []));
  if (starts.length !== frames || starts[0] !== 0) {
    throw damaged(`The file says that it has ${frames} frames, but its data do not show where they start.`);
  }
  return fragments.slice(starts[frame], starts[frame + 1] ?? fragments.length);
}

/** The fragments of one frame as one codestream. Errors: `truncated`. */
export function joinFragments(bytes: Uint8Array, fragments: readonly Fragment[]): Uint8Array {
  for (const { position, length } of fragments) {
    if (position + length > bytes.length) throw truncated('The file ends inside its compressed image.');
  }
  const [only] = fragments;
  if (fragments.length === 1 && only !== undefined) return bytes.subarray(only.position, only.position + only.length);
  return Buffer.concat(fragments.map(({ position, length }) => bytes.subarray(position, position + length)));
}
