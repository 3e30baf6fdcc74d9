import { readIdentifier } from '#shared/identity/identifier';
import { formatQuantity } from '#shared/text/number';

/** A value of DICOM's patient's sex (0010,0040). */
type Sex = 'M' | 'F' | 'O';

const WORDS: Readonly<Record<Sex, string>> = {
  M: 'm male man männlich maennlich homme masculin',
  F: 'f w female woman weiblich femme féminin feminin',
  O: 'o other d divers',
};
const SEXES = new Map(
  (['M', 'F', 'O'] as const).flatMap((sex) => WORDS[sex].split(' ').map((word) => [word, sex] as const)),
);

/** A sex as a table or file writes it; null for words for “missing” and for any other value. */
export const readSex = (text: string | null): Sex | null =>
  SEXES.get(readIdentifier(text)?.normalize('NFC').toLowerCase() ?? '') ?? null;

/** Whether a table's sex differs from the one a file gives. */
export function contradictsSex(named: string | null, own: string | null): boolean {
  const [one, other] = [readSex(named), readSex(own)];
  return one !== null && other !== null && one !== other;
}

/** `count` images or files keep their own sex. */
export const keptSexes = (count: number, unit: 'image' | 'file'): readonly string[] =>
  count === 0
    ? []
    : [`${formatQuantity(count, unit)} whose sex in the table differs from the file’s: the file’s value is kept.`];
