import type { ImageAttributes } from '../../image-attributes';

const HEADER_BYTES = 64;
/** Longest literal or run that a control byte can encode. */
const MAX_RUN = 128;

/** Encodes one row in PackBits (PS3.5, G.3.1): runs of three or more, everything else literally. */
function encodeRow(row: Uint8Array, output: Uint8Array, start: number): number {
  let at = start;
  let read = 0;
  while (read < row.length) {
    let run = 1;
    while (run < MAX_RUN && read + run < row.length && row[read + run] === row[read]) run++;
    if (run >= 3 || read + run === row.length) {
      output[at++] = run === 1 ? 0 : 257 - run;
      output[at++] = row[read] as number;
      read += run;
      continue;
    }
    let end = read + run;
    while (
      end < row.length &&
      end - read < MAX_RUN &&
      !(row[end] === row[end + 1] && row[end] === row[end + 2] && end + 2 < row.length)
    )
      end++;
    output[at++] = end - read - 1;
    output.set(row.subarray(read, end), at);
    at += end - read;
    read = end;
  }
  return at;
}

/**
 * Encodes a frame in RLE Lossless (PS3.5, Annex G): one even-length segment for each byte of each sample, most
 * significant first; no run crosses a row. `bytes`: little-endian samples, pixel by pixel.
 */
export function encodeRle(bytes: Uint8Array, { rows, columns, samples, bitsAllocated }: ImageAttributes): Buffer {
  const bytesPerSample = bitsAllocated / 8;
  const stride = samples * bytesPerSample;
  // A literal costs one extra byte per 128, and each segment may be padded.
  const rowLimit = columns + Math.ceil(columns / MAX_RUN) + 2;
  const output = new Uint8Array(HEADER_BYTES + stride * (rows * rowLimit + 1));
  const header = new DataView(output.buffer, 0, HEADER_BYTES);
  header.setUint32(0, stride, true);
  const row = new Uint8Array(columns);
  let at = HEADER_BYTES;
  for (let segment = 0; segment < stride; segment++) {
    header.setUint32(4 + 4 * segment, at, true);
    const first =
      Math.floor(segment / bytesPerSample) * bytesPerSample + bytesPerSample - 1 - (segment % bytesPerSample);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) row[x] = bytes[(y * columns + x) * stride + first] as number;
      at = encodeRow(row, output, at);
    }
    at += at % 2;
  }
  return Buffer.from(output.buffer, 0, at);
}
