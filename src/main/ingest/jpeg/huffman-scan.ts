import { damaged } from '../dicom/damaged';
import { BrokenScan, EntropyBits, type HuffmanTable } from './entropy-bits';
import type { FrameHeader, ScanHeader } from './headers';
import { nextMarker } from './next-marker';

/** Tables of a scan by their number, of DC and AC coefficients; lossless scans use those of DC alone. */
export interface ScanTables {
  readonly dc: ReadonlyMap<number, HuffmanTable>;
  readonly ac: ReadonlyMap<number, HuffmanTable>;
}

/** By component, where the scans before found a coefficient that is not zero: 64 for each block. Progressive frames only. */
export type NonZero = ReadonlyMap<number, Uint8Array>;

/** Blocks of a component: those of its own scan, and those of interleaved scans, which fill whole units. */
export function blocksOf(frame: FrameHeader, component: FrameHeader['components'][number]) {
  const { width, height, components, lossless } = frame;
  const side = lossless ? 1 : 8;
  const most = (of: 'horizontal' | 'vertical') => Math.max(...components.map((one) => one[of]));
  const unitsAcross = Math.ceil(width / (side * most('horizontal')));
  const unitsDown = Math.ceil(height / (side * most('vertical')));
  return {
    across: Math.ceil(Math.ceil((width * component.horizontal) / most('horizontal')) / side),
    down: Math.ceil(Math.ceil((height * component.vertical) / most('vertical')) / side),
    unitsAcross,
    unitsDown,
    /** Blocks from one row of blocks to the next. */
    stride: unitsAcross * component.horizontal,
    rows: unitsDown * component.vertical,
  };
}

/**
 * The entropy-coded data of one scan without anything that no decoder uses: what stands behind the last code before a
 * restart or the end, fill bytes, and the value of spare bits, which become 1 (ITU-T T.81, F.1.2.3). Every code is read
 * for that, and none is changed. `start`: behind the scan header. Errors: `damaged`.
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

/** The data with its spare bits set. A last byte that becomes FF needs a zero behind it. */
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
  /** The blocks of one unit of the scan, from 0. */
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
  const table = (of: 'dc' | 'ac', number: number): HuffmanTable => {
    const found = tables[of].get(number);
    if (found === undefined) throw damaged('The compressed image lacks a table that it uses.');
    return found;
  };
  /** Blocks that all of whose codes were read already (T.81, G.1.2.2). */
  let emptyBlocks = 0;
  const { lossless, progressive } = frame;
  const { first, last, high } = scan;

  const block = (component: ScanHeader['components'][number]): ((place: number) => void) => {
    if (lossless) {
      const differences = table('dc', component.dc);
      return () => {
        const size = bits.code(differences);
        if (size > 16) throw new BrokenScan('The compressed image has a difference that is too large.');
        // 16 stands for 32,768 alone and has no bits (T.81, H.1.2.2).
        if (size < 16) bits.take(size);
      };
    }
    if (!progressive) {
      const [dc, ac] = [table('dc', component.dc), table('ac', component.ac)];
      return () => {
        bits.take(sizeOf(bits.code(dc)));
        for (let k = 1; k < 64; k++) {
          const code = bits.code(ac);
          const size = code & 15;
          if (size === 0) {
            if (code >> 4 < 15) return;
            k += 15;
            continue;
          }
          k += code >> 4;
          if (k > 63) throw damaged('The compressed image has a block with too many coefficients.');
          bits.take(size);
        }
      };
    }
    if (first === 0) {
      if (high > 0) return () => void bits.take(1);
      const dc = table('dc', component.dc);
      return () => void bits.take(sizeOf(bits.code(dc)));
    }
    const ac = table('ac', component.ac);
    const found = nonZero.get(component.component.id);
    if (found === undefined) throw damaged('The compressed image has a scan of a component that it does not have.');
    return high === 0
      ? (place) => firstPass(ac, found.subarray(64 * place, 64 * place + 64))
      : (place) => refinement(ac, found.subarray(64 * place, 64 * place + 64));
  };

  /** T.81, G.1.2.2. */
  const firstPass = (ac: HuffmanTable, found: Uint8Array): void => {
    if (emptyBlocks > 0) {
      emptyBlocks -= 1;
      return;
    }
    for (let k = first; k <= last; k++) {
      const code = bits.code(ac);
      const [run, size] = [code >> 4, code & 15];
      if (size === 0 && run < 15) {
        emptyBlocks = (1 << run) - 1 + bits.take(run);
        return;
      }
      k += run;
      if (size === 0) continue;
      if (k > last) throw damaged('The compressed image has a block with too many coefficients.');
      bits.take(size);
      found[k] = 1;
    }
  };

  /** T.81, G.1.2.3: one more bit of each coefficient that is not zero, and those that become it. */
  const refinement = (ac: HuffmanTable, found: Uint8Array): void => {
    let k = first;
    while (emptyBlocks === 0 && k <= last) {
      const code = bits.code(ac);
      const size = code & 15;
      let run = code >> 4;
      if (size === 0 && run < 15) {
        emptyBlocks = (1 << run) + bits.take(run);
        break;
      }
      if (size > 1) throw damaged('The compressed image has a coefficient that grows too much.');
      if (size === 1) bits.take(1);
      for (; k <= last; k++) {
        if (found[k] === 1) bits.take(1);
        else if (run-- === 0) break;
      }
      if (size === 1 && k <= last) found[k] = 1;
      k += 1;
    }
    if (emptyBlocks === 0) return;
    for (; k <= last; k++) if (found[k] === 1) bits.take(1);
    emptyBlocks -= 1;
  };

  const readers = scan.components.map(block);
  const restart = () => {
    emptyBlocks = 0;
  };
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

/** Bits of a DC difference: 11 for 8-bit samples, 15 for 12-bit ones. */
function sizeOf(code: number): number {
  if (code > 15) throw new BrokenScan('The compressed image has a difference that is too large.');
  return code;
}
