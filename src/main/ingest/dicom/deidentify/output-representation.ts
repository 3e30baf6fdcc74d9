import { valueRepresentations } from '../value-representations';

/** The dictionary's words for a choice; the first is the one that most writers take (PS3.5, A.1 note on LUT data). */
const choices: Readonly<Record<string, string>> = { ox: 'OW', xs: 'US', lt: 'OW', up: 'UL' };

/** The representation that the dictionary gives an attribute; null where it names none that can be written. */
export function dictionaryRepresentation(vr: string): string | null {
  const chosen = choices[vr] ?? vr;
  return valueRepresentations.has(chosen) && chosen !== 'UN' ? chosen : null;
}

/** 64-bit representations, which the parser is told to read as UN. */
const PARSED_AS_UNKNOWN = new Set(['OV', 'SV', 'UV']);

/**
 * How an element that is kept is written where representations are explicit: as the file has it, or by the dictionary
 * where the file has none.
 */
export function writtenRepresentation(inFile: string | undefined, byDictionary: string): string {
  if (inFile === undefined || (inFile === 'UN' && PARSED_AS_UNKNOWN.has(byDictionary))) return byDictionary;
  return inFile;
}
