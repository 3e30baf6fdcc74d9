import { fold, squeeze, wordsOf } from './fold';
import { NON_NAMES, SHORT_PARTICLES } from './non-names';

/** Ids of the person. Others (study, order, procedure step) are often counters: "1" identifies nobody. */
const PERSONAL_IDS = new Set(
  'x00080050 x00100020 x00101000 x00101050 x00101090 x00120040 x00120042 x00380010 x00380060'.split(' '),
);
const MIN_COUNTER = 3;

/** An initial is not a name, but one ideograph may be. */
const isNamePart = (word: string): boolean =>
  word.length >= 2 || /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u.test(word);

const SEPARATORS = /[\s\0^=,;/_-]+/;

/** Form for comparing whole values: folded, without separators; zeros before three or more digits are ignored. */
const keyOf = (folded: string): string =>
  folded
    .split(SEPARATORS)
    .join('')
    .replace(/^0+(?=\d{3,}$)/, '');

const identifies = (key: string): boolean => /[\p{L}\p{N}]/u.test(key) && !NON_NAMES.has(key);

/** Terms of a name (PN) that identify the person as a whole value, however short. */
export function wholeTermsOfName(text: string): string[] {
  const terms = fold(text)
    .split('=')
    .flatMap((group) => {
      // Family, given and middle name; prefixes and suffixes are titles.
      const components = group.split('^').slice(0, 3).map(wordsOf);
      const words = components.flatMap((one) =>
        one.length > 1 ? one.filter((word) => !SHORT_PARTICLES.has(word)) : one,
      );
      const joined = components.map((one) => one.join(''));
      const [family = '', given = ''] = joined;
      return [...words, ...joined, family + given, given + family];
    });
  return terms.filter((term) => isNamePart(term) && identifies(term));
}

/** Terms of an id that identify the person as a whole value, however short. */
export function wholeTermsOfId(tag: string, text: string): string[] {
  const folded = fold(text);
  const terms = [keyOf(folded), keyOf(squeeze(folded))].filter(identifies);
  return PERSONAL_IDS.has(tag) ? terms : terms.filter(({ length }) => length >= MIN_COUNTER);
}

/**
 * Whether a text as a whole is one of the terms, or a component of a name (at `^`, `=` or a comma), or consists of
 * nothing but terms ("Ng Bo").
 */
export function isWholeTerm(text: string, terms: ReadonlySet<string>): boolean {
  if (terms.size === 0) return false;
  const folded = fold(text);
  if ([folded, ...folded.split(/[\^=,]/)].some((part) => terms.has(keyOf(part)))) return true;
  const words = folded.split(SEPARATORS).filter((word) => word !== '');
  return words.length > 0 && words.every((word) => terms.has(keyOf(word)));
}
