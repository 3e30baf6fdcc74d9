import { damaged } from '../dicom/damaged';
import { BrokenScan, type EntropyBits, type HuffmanTable } from './entropy-bits';
import type { FrameHeader, ScanHeader } from './headers';

/** Huffman tables of a scan by number, for DC and AC coefficients; lossless scans use only DC tables. */
export interface ScanTables {
  readonly dc: ReadonlyMap<number, HuffmanTable>;
  readonly ac: ReadonlyMap<number, HuffmanTable>;
}

/** By component, which coefficients earlier scans found to be non-zero: 64 per block. Progressive frames only. */
export type NonZero = ReadonlyMap<number, Uint8Array>;

/** Reads the codes of one block; `place`: its index among the blocks of its component. */
export type BlockReader = (place: number) => void;

export interface ScanBlocks {
  /** One per component of the scan, in order. */
  readonly readers: readonly BlockReader[];
  restart(): void;
}

/**
 * Readers for the blocks of a scan, by the kind of its frame.
 * @throws FoveaError `damaged` if a table or a component is missing
 */
export function scanBlocks(
  bits: EntropyBits,
  { lossless, progressive }: Pick<FrameHeader, 'lossless' | 'progressive'>,
  scan: ScanHeader,
  tables: ScanTables,
  nonZero: NonZero,
): ScanBlocks {
  const table = (of: 'dc' | 'ac', number: number): HuffmanTable => {
    const found = tables[of].get(number);
    if (found === undefined) throw damaged('The compressed image lacks a table that it uses.');
    return found;
  };
  const { components, first, high } = scan;
  const coefficients = progressiveAc(bits, scan);
  const progressiveBlock = ({ dc, ac, component }: ScanHeader['components'][number]): BlockReader => {
    if (first === 0) return high > 0 ? () => void bits.take(1) : dcBlock(bits, table('dc', dc));
    const codes = table('ac', ac);
    const found = nonZero.get(component.id);
    if (found === undefined) throw damaged('The compressed image has a scan of a component that it does not have.');
    const pass = high === 0 ? coefficients.firstPass : coefficients.refinement;
    return (place) => pass(codes, found.subarray(64 * place, 64 * place + 64));
  };
  const block = (component: ScanHeader['components'][number]): BlockReader => {
    if (lossless) return losslessSample(bits, table('dc', component.dc));
    if (progressive) return progressiveBlock(component);
    return sequentialBlock(bits, table('dc', component.dc), table('ac', component.ac));
  };
  return { readers: components.map(block), restart: coefficients.restart };
}

/** T.81, H.1.2.2. */
function losslessSample(bits: EntropyBits, differences: HuffmanTable): BlockReader {
  return () => {
    const size = bits.code(differences);
    if (size > 16) throw new BrokenScan('The compressed image has a difference that is too large.');
    // 16 means exactly 32,768 and has no further bits.
    if (size < 16) bits.take(size);
  };
}

const dcBlock =
  (bits: EntropyBits, dc: HuffmanTable): BlockReader =>
  () =>
    void bits.take(sizeOf(bits.code(dc)));

/** T.81, F.1.2. */
function sequentialBlock(bits: EntropyBits, dc: HuffmanTable, ac: HuffmanTable): BlockReader {
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

/** Readers of AC coefficients in a progressive scan, in which a run of empty blocks spans several of them. */
function progressiveAc(bits: EntropyBits, { first, last }: Pick<ScanHeader, 'first' | 'last'>) {
  /** Following blocks without codes of their own (T.81, G.1.2.2). */
  let emptyBlocks = 0;

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

  /** T.81, G.1.2.3: one more bit of each non-zero coefficient, and coefficients that become non-zero. */
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

  const restart = (): void => {
    emptyBlocks = 0;
  };
  return { firstPass, refinement, restart };
}

/** Bits of a DC difference: 11 for 8-bit samples, 15 for 12-bit ones. */
function sizeOf(code: number): number {
  if (code > 15) throw new BrokenScan('The compressed image has a difference that is too large.');
  return code;
}
