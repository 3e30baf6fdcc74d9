import { damaged } from '../dicom/damaged';
import { BrokenScan, EntropyBits } from './entropy-bits';
import type { FrameHeader, ScanHeader } from './headers';
import { nextMarker } from './next-marker';
import { type NonZero, type ScanTables, scanBlocks } from './scan-blocks';

/** Blocks of a component: in its own scan, and in interleaved scans, which fill whole units. */
export function blocksOf(frame: FrameHeader, component: FrameHeader['components'][number]) {
  const { width, height, components, lossless } = frame;
  const side = lossless ? 1 : 8;
  const maxSampling = (of: 'horizontal' | 'vertical') => Math.max(...components.map((one) => one[of]));
  const unitsAcross = Math.ceil(width / (side * maxSampling('horizontal')));
  const unitsDown = Math.ceil(height / (side * maxSampling('vertical')));
  return {
    across: Math.ceil(Math.ceil((width * component.horizontal) / maxSampling('horizontal')) / side),
    down: Math.ceil(Math.ceil((height * component.vertical) / maxSampling('vertical')) / side),
    unitsAcross,
    unitsDown,
    /** Blocks from one row of blocks to the next. */
    stride: unitsAcross * component.horizontal,
    rows: unitsDown * component.vertical,
  };
}

/**
 * Removes everything that no decoder uses from the entropy-coded data of one scan: data after the last code before a
 * restart or the end, fill bytes, and the value of spare bits, which become 1 (ITU-T T.81, F.1.2.3). Reads every code
 * and changes none. `start`: after the scan header.
 * @throws FoveaError `damaged`
 */
export function cleanScan(
  bytes: Uint8Array,
  start: number,
  frame: FrameHeader,
  scan: ScanHeader,
  tables: ScanTables,
  restartInterval: number,
  nonZero: NonZero,
): { readonly pieces: readonly Uint8Array[]; readonly end: number; readonly changed: boolean } {
  const bits = new EntropyBits(bytes, start);
  const readUnit = unitReader(bits, frame, scan, tables, nonZero);
  const units = unitCount(frame, scan);
  const pieces: Uint8Array[] = [];
  let pieceStart = start;
  let changed = false;
  const finish = (): number => {
    const { end, spareBits } = bits.end();
    const piece = withOnes(bytes.subarray(pieceStart, end), spareBits);
    changed ||= piece.changed;
    pieces.push(piece.bytes);
    const marker = nextMarker(bytes, end);
    changed ||= marker !== end;
    return marker;
  };
  for (let unit = 0; unit < units; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      const marker = finish();
      const expected = 0xd0 + ((unit / restartInterval - 1) % 8);
      if (bytes[marker + 1] !== expected) throw new BrokenScan('The compressed image lacks a restart marker.');
      pieces.push(Uint8Array.of(0xff, expected));
      pieceStart = marker + 2;
      bits.restart(pieceStart);
      readUnit.restart();
    }
    readUnit.read(unit);
  }
  const end = finish();
  return { pieces, end, changed };
}

/** Sets the spare bits. A last byte that becomes FF needs a zero after it. */
function withOnes(piece: Uint8Array, spareBits: number): { readonly bytes: Uint8Array; readonly changed: boolean } {
  if (spareBits === 0 || piece.length === 0) return { bytes: piece, changed: false };
  const stuffed = piece.at(-1) === 0 && piece.at(-2) === 0xff;
  const at = piece.length - (stuffed ? 2 : 1);
  const last = (piece[at] as number) | (2 ** spareBits - 1);
  if (last === piece[at]) return { bytes: piece, changed: false };
  const tail = last === 0xff ? [last, 0] : [last];
  return { bytes: Buffer.concat([piece.subarray(0, at), Uint8Array.from(tail)]), changed: true };
}

function unitCount(frame: FrameHeader, scan: ScanHeader): number {
  const [only] = scan.components;
  if (only === undefined) throw damaged('The compressed image has a scan of nothing.');
  const blocks = blocksOf(frame, only.component);
  return scan.components.length === 1 ? blocks.across * blocks.down : blocks.unitsAcross * blocks.unitsDown;
}

interface UnitReader {
  /** Reads the blocks of one unit of the scan (from 0). */
  read(unit: number): void;
  restart(): void;
}

function unitReader(
  bits: EntropyBits,
  frame: FrameHeader,
  scan: ScanHeader,
  tables: ScanTables,
  nonZero: NonZero,
): UnitReader {
  const { readers, restart } = scanBlocks(bits, frame, scan, tables, nonZero);
  const [only] = scan.components;
  if (scan.components.length === 1 && only !== undefined) {
    const { across, stride } = blocksOf(frame, only.component);
    const read = readers[0] as (place: number) => void;
    return { read: (unit) => read(Math.floor(unit / across) * stride + (unit % across)), restart };
  }
  const layout = scan.components.map(({ component }) => ({ ...component, ...blocksOf(frame, component) }));
  return {
    read(unit) {
      for (const [index, { horizontal, vertical, unitsAcross, stride }] of layout.entries()) {
        const [row, column] = [Math.floor(unit / unitsAcross), unit % unitsAcross];
        for (let y = 0; y < vertical; y++) {
          for (let x = 0; x < horizontal; x++) {
            readers[index]?.((row * vertical + y) * stride + column * horizontal + x);
          }
        }
      }
    },
    restart,
  };
}
