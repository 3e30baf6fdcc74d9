/** Letters that Unicode does not take apart into a letter and its mark. */
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
 * A text as names are compared: small letters without marks, and ae, oe, ue as a, o, u, so that Müller, MUELLER and
 * Muller are one.
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

/** Letters and digits alone. */
export const squeeze = (folded: string): string => folded.replace(/[^\p{L}\p{N}]/gu, '');
