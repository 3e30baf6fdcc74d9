/** Letters that Unicode does not decompose into a letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'a',
  œ: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
};

/**
 * Folds a text for comparing names: lower case without marks, and ae, oe, ue as a, o, u, so that Müller, MUELLER and
 * Muller are equal.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßøæœđðłıþ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/([aou])e/g, '$1');
}

/** Runs of letters. */
export const wordsOf = (folded: string): string[] => folded.match(/\p{L}+/gu) ?? [];

/** Letters and digits only. */
export const squeeze = (folded: string): string => folded.replace(/[^\p{L}\p{N}]/gu, '');
