import { valueRepresentations } from '../value-representations';

/**
 * The dictionary's symbols for a choice of representations; mapped to the one that most writers use (PS3.5, A.1 note on
 * LUT data).
 */
const choices: Readonly<Record<string, string>> = { ox: 'OW', xs: 'US', lt: 'OW', up: 'UL' };

/** Writable representation of an attribute by the dictionary; null if there is none. */
export function dictionaryRepresentation(vr: string): string | null {
  const chosen = choices[vr] ?? vr;
  return valueRepresentations.has(chosen) && chosen !== 'UN' ? chosen : null;
}

/** 64-bit representations, which the parser relabels UN. */
const PARSED_AS_UNKNOWN = new Set(['OV', 'SV', 'UV']);

/**
 * Representation of a kept element where representations are explicit: the file's, or the dictionary's if the file has
 * none.
 */
export function writtenRepresentation(inFile: string | undefined, byDictionary: string): string {
  if (inFile === undefined || (inFile === 'UN' && PARSED_AS_UNKNOWN.has(byDictionary))) return byDictionary;
  return inFile;
}
