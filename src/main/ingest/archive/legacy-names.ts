/**
 * Names of zip entries from the time before UTF-8. A zip archive does not say in which character set they are: its
 * specification has CP437 alone (APPNOTE, appendix D), while programs write the set of the system they run on: on
 * Windows that of the console (CP850 in western, CP852 in central Europe) or of windows (1252, 1250), on Unix
 * that of the locale (ISO 8859-1, within 1252, or 8859-2).
 */
interface CharacterSet {
  readonly decode: (bytes: Uint8Array) => string;
  readonly region: 'western' | 'central';
  readonly system: 'dos' | 'other';
}

/** The characters of the bytes from 80 on. CP850 has all European letters of CP437. */
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

/** How often a letter stands in text of a language, of a thousand letters, roughly: what is compared differs by far. */
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

/** Of a thousand characters, what is no letter and yet stands in names: dashes, quotes, units. */
const SIGNS = new Set('–—‘’‚“”„…«»°²³µ§·');
const SIGN = 0.3;
const NEVER = 0.01;
/** Names in capitals, and first letters. */
const CAPITAL = 0.2;
const ALONE = 0.1;
/** Systems write their own character set more often than others, and western names are the most. */
const OF_THE_SYSTEM = 4;
const WESTERN = 4;

/** Where letters stand that are common, or that another set has for a common one: Maß, là, tête; not imßgenes, ràst, tłte. */
const PLACES: Readonly<Record<string, RegExp>> = {
  ß: /[aeiouyäöü]ß/i,
  à: /à(?!\p{L})/u,
  ê: /\p{L}ê(?![aeiouy])/iu,
  ł: /[aeiouyąęó]ł|ł[aeiouyąęó]/i,
};
const MISPLACED = 0.02;

/** Likelihood of one character that is not ASCII, of a thousand, where it stands. */
function likelihood(text: string, at: number, letters: Letters): number {
  const character = text[at] as string;
  const isLetter = (place: number) => /\p{L}/u.test(text[place] ?? '');
  const inWord = isLetter(at - 1) && isLetter(at + 1);
  if (SIGNS.has(character)) return inWord && character !== '’' ? NEVER : SIGN;
  const lower = character.toLowerCase();
  const usual = letters[lower];
  if (usual === undefined) return NEVER;
  // A letter by itself is seldom one, but for à.
  if (!isLetter(at - 1) && !isLetter(at + 1) && lower !== 'à') return ALONE * usual;
  if (character !== lower) return /\p{Ll}/u.test(text[at - 1] ?? '') ? NEVER : usual * CAPITAL;
  const isInPlace = PLACES[character]?.test(text.slice(Math.max(0, at - 1), at + 2)) ?? true;
  return isInPlace ? usual : MISPLACED * usual;
}

/** Share of characters that fit no language from which no set is right. */
const STRANGE = 0.25;
/** Parts of names that are looked at: more say nothing new. */
const LOOKED_AT = 2_000;

function distinctParts(names: readonly Uint8Array[]): Buffer[] {
  const parts = new Set<string>();
  for (const name of names) {
    for (const part of Buffer.from(name).toString('latin1').split(/[/\\]/))
      if (/[\x80-\xff]/.test(part)) parts.add(part);
    if (parts.size >= LOOKED_AT) break;
  }
  return Array.from(parts, (part) => Buffer.from(part, 'latin1'));
}

/**
 * How to read an archive's names that are no UTF-8: in the one of five character sets in which they look most like words
 * of a European language. `isDos`: entries were made on DOS or Windows. CP437, as the specification has it, where they
 * look like none.
 */
export function legacyDecoder(names: readonly Uint8Array[], isDos: boolean): (name: Uint8Array) => string {
  const parts = distinctParts(names);
  let best = { score: Number.NEGATIVE_INFINITY, strange: Number.POSITIVE_INFINITY, decode: byTable(CP437) };
  for (const { decode, region, system } of characterSets) {
    const texts = parts.map(decode);
    for (const letters of region === 'western' ? western : central) {
      let score =
        Math.log(region === 'western' ? WESTERN : 1) + Math.log((system === 'dos') === isDos ? OF_THE_SYSTEM : 1);
      let [strange, seen] = [0, 0];
      for (const text of texts) {
        for (let at = 0; at < text.length; at++) {
          if (text.charCodeAt(at) < 0x80) continue;
          const one = likelihood(text, at, letters);
          score += Math.log(one / 1000);
          seen += 1;
          if (one === NEVER) strange += 1;
        }
      }
      if (score > best.score) best = { score, strange: strange / seen, decode };
    }
  }
  return best.strange <= STRANGE ? best.decode : byTable(CP437);
}
