/**
 * A candidate character set for the names of zip entries from before UTF-8. A zip archive does not declare its set: the
 * specification has only CP437 (APPNOTE, appendix D), but programs write the set of their system: on Windows that of
 * the console (CP850 in western, CP852 in central Europe) or of windows (1252, 1250), on Unix that of the locale (ISO
 * 8859-1, a subset of 1252, or 8859-2).
 */
interface CharacterSet {
  readonly decode: (bytes: Uint8Array) => string;
  readonly region: 'western' | 'central';
  readonly system: 'dos' | 'other';
}

/** Characters of bytes from 0x80. CP850 has all European letters of CP437. */
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';
const CP852 =
  'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0';
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const byTable =
  (table: string) =>
  (bytes: Uint8Array): string =>
    Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : table[byte - 0x80])).join('');

const byLabel = (label: string) => {
  const decoder = new TextDecoder(label);
  return (bytes: Uint8Array): string => decoder.decode(bytes);
};

const characterSets: readonly CharacterSet[] = [
  { decode: byTable(CP850), region: 'western', system: 'dos' },
  { decode: byLabel('windows-1252'), region: 'western', system: 'other' },
  { decode: byTable(CP852), region: 'central', system: 'dos' },
  { decode: byLabel('windows-1250'), region: 'central', system: 'other' },
  { decode: byLabel('iso-8859-2'), region: 'central', system: 'other' },
];

/** Approximate frequency of a letter per thousand in a language; the differences that matter are large. */
type Letters = Readonly<Record<string, number>>;

const western: readonly Letters[] = [
  { ä: 6, ö: 4, ü: 10, ß: 3 },
  { é: 15, à: 5, è: 3, ê: 3, ç: 3, ù: 0.6, û: 0.6, î: 0.5, â: 0.5, ô: 0.3, œ: 1, ë: 0.1, ï: 0.1 },
  { ó: 8, í: 7, á: 5, é: 4, ñ: 3, ú: 2, ü: 0.1 },
  { à: 6, è: 3, ù: 2, ì: 0.3, ò: 0.2, é: 0.1 },
  { ã: 7, ç: 5, é: 3, ó: 3, ú: 2, á: 1, í: 1, ê: 0.5, â: 0.5, à: 0.7, õ: 0.4, ô: 0.4 },
  { ä: 18, å: 13, ö: 13, ø: 9, æ: 9, é: 0.2 },
];
const central: readonly Letters[] = [
  { ä: 6, ö: 4, ü: 10, ß: 3 },
  { ł: 18, ę: 11, ą: 10, ó: 9, ż: 8, ś: 7, ć: 4, ń: 2, ź: 0.6 },
  {
    í: 28,
    á: 21,
    é: 12,
    ř: 12,
    ě: 12,
    ý: 10,
    ž: 10,
    č: 10,
    š: 8,
    ů: 6,
    ú: 1.5,
    ó: 0.3,
    ť: 0.4,
    ď: 0.2,
    ň: 0.2,
    ľ: 0.5,
    ô: 0.5,
  },
  { á: 35, é: 33, ó: 10, ö: 9, ő: 9, í: 6, ü: 6, ú: 3, ű: 2 },
];

/** Likelihoods per thousand: signs in names (dashes, quotes, units), and characters that no language uses. */
const SIGNS = new Set('–—‘’‚“”„…«»°²³µ§·');
const SIGN = 0.3;
const NEVER = 0.01;
/** Factors for capitals (names in capitals, and initials) and for isolated letters. */
const CAPITAL = 0.2;
const ISOLATED = 0.1;
/** Prior weights: systems mostly write their own character set, and western names are the most common. */
const SYSTEM_WEIGHT = 4;
const WESTERN_WEIGHT = 4;

/**
 * Contexts of letters that are common, or that another set has in place of a common one: Maß, là, tête; not imßgenes,
 * ràst, tłte.
 */
const CONTEXTS: Readonly<Record<string, RegExp>> = {
  ß: /[aeiouyäöü]ß/i,
  à: /à(?!\p{L})/u,
  ê: /\p{L}ê(?![aeiouy])/iu,
  ł: /[aeiouyąęó]ł|ł[aeiouyąęó]/i,
};
const MISPLACED = 0.02;

/** Likelihood, per thousand, of a non-ASCII character in its context. */
function likelihood(text: string, at: number, letters: Letters): number {
  const character = text[at] as string;
  const isLetter = (place: number) => /\p{L}/u.test(text[place] ?? '');
  const inWord = isLetter(at - 1) && isLetter(at + 1);
  if (SIGNS.has(character)) return inWord && character !== '’' ? NEVER : SIGN;
  const lower = character.toLowerCase();
  const usual = letters[lower];
  if (usual === undefined) return NEVER;
  // Isolated letters are rare, except à.
  if (!isLetter(at - 1) && !isLetter(at + 1) && lower !== 'à') return ISOLATED * usual;
  if (character !== lower) return /\p{Ll}/u.test(text[at - 1] ?? '') ? NEVER : usual * CAPITAL;
  const isInPlace = CONTEXTS[character]?.test(text.slice(Math.max(0, at - 1), at + 2)) ?? true;
  return isInPlace ? usual : MISPLACED * usual;
}

/** Share of improbable characters above which no set is considered right. */
const MAX_IMPROBABLE = 0.25;
/** Maximum path segments examined: more add no information. */
const MAX_SEGMENTS = 2_000;

function distinctSegments(names: readonly Uint8Array[]): Buffer[] {
  const parts = new Set<string>();
  for (const name of names) {
    for (const part of Buffer.from(name).toString('latin1').split(/[/\\]/))
      if (/[\x80-\xff]/.test(part)) parts.add(part);
    if (parts.size >= MAX_SEGMENTS) break;
  }
  return Array.from(parts, (part) => Buffer.from(part, 'latin1'));
}

/**
 * Chooses how to decode an archive's names that are not UTF-8: with the one of five character sets in which they look
 * most like words of a European language. `isDos`: entries were made on DOS or Windows. CP437, the specification's set,
 * if no set fits.
 */
export function legacyDecoder(names: readonly Uint8Array[], isDos: boolean): (name: Uint8Array) => string {
  const parts = distinctSegments(names);
  let best = { score: Number.NEGATIVE_INFINITY, improbable: Number.POSITIVE_INFINITY, decode: byTable(CP437) };
  for (const { decode, region, system } of characterSets) {
    const texts = parts.map(decode);
    for (const letters of region === 'western' ? western : central) {
      let score =
        Math.log(region === 'western' ? WESTERN_WEIGHT : 1) +
        Math.log((system === 'dos') === isDos ? SYSTEM_WEIGHT : 1);
      let [improbable, seen] = [0, 0];
      for (const text of texts) {
        for (let at = 0; at < text.length; at++) {
          if (text.charCodeAt(at) < 0x80) continue;
          const one = likelihood(text, at, letters);
          score += Math.log(one / 1000);
          seen += 1;
          if (one === NEVER) improbable += 1;
        }
      }
      if (score > best.score) best = { score, improbable: improbable / seen, decode };
    }
  }
  return best.improbable <= MAX_IMPROBABLE ? best.decode : byTable(CP437);
}
