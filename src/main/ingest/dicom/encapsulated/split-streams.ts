import type { Fragment } from 'dicom-parser';

const [SOI, SOC, SOT, EOI] = [0xffd8, 0xff4f, 0xff90, 0xffd9];

/** End of the codestream at `start`, after its end marker; null if it cannot be determined. */
function streamEnd(view: DataView, start: number): number | null {
  const has = (at: number, length: number) => at + length <= view.byteLength;
  if (!has(start, 4)) return null;
  const isJpeg2000 = view.getUint16(start) === SOC;
  if (!isJpeg2000 && view.getUint16(start) !== SOI) return null;
  let at = start + 2;
  while (has(at, 4)) {
    const marker = view.getUint16(at);
    if (marker === EOI) return at + 2;
    if (marker < 0xff00) return null;
    if (isJpeg2000 && marker === SOT) {
      if (!has(at, 12)) return null;
      const length = view.getUint32(at + 6);
      if (length < 14) return null;
      at += length;
      continue;
    }
    at += 2 + view.getUint16(at + 2);
    // Skip entropy-coded data of JPEG and JPEG-LS to the next marker other than a restart.
    if (marker !== 0xffda) continue;
    while (has(at, 2) && !endsScan(view.getUint16(at))) at += 1;
  }
  return has(at, 2) && view.getUint16(at) === EOI ? at + 2 : null;
}

/** FF followed by a byte below 80 is data: stuffed with a zero byte (T.81) or a zero bit (T.87). */
const endsScan = (marker: number): boolean =>
  marker >= 0xff80 && marker !== 0xffff && (marker < 0xffd0 || marker > 0xffd7);

/**
 * Splits fragments that were cut without regard to frames (contrary to PS3.5, A.4) where one codestream of JPEG,
 * JPEG-LS or JPEG 2000 ends and the next starts. Null unless they hold exactly `count` codestreams.
 */
export function splitStreams(
  bytes: Uint8Array,
  fragments: readonly Fragment[],
  count: number,
): readonly (readonly Fragment[])[] | null {
  const data = Buffer.concat(fragments.map(({ position, length }) => bytes.subarray(position, position + length)));
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const frames: Fragment[][] = [];
  let start = 0;
  while (start < data.length) {
    const end = streamEnd(view, start);
    if (end === null || frames.length === count) return null;
    frames.push(sliceFragments(fragments, start, end));
    start = end;
    // Padding to an even length.
    while (data[start] === 0) start += 1;
  }
  return frames.length === count ? frames : null;
}

/** Fragments covering `start` to `end`, offsets counted across all fragments. */
function sliceFragments(fragments: readonly Fragment[], start: number, end: number): Fragment[] {
  let before = 0;
  return fragments.flatMap((fragment) => {
    const [from, to] = [Math.max(start - before, 0), Math.min(end - before, fragment.length)];
    before += fragment.length;
    return from < to ? [{ ...fragment, position: fragment.position + from, length: to - from }] : [];
  });
}
