/** A number as it is written, and what is odd about the writing; `oddity` fits “written with …”. */
export interface ReadNumber {
  readonly value: number;
  readonly oddity: string | null;
}

/** A number that a person could read in either of two ways. */
export interface AmbiguousNumber {
  readonly either: readonly [grouped: number, decimal: number];
}

/** Fixed or floating point by PS3.5, 6.2 (DS); IS is a part of it. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const DECIMAL_COMMA = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;

/** A comma before exactly three digits: 1,200 is 1200 in English and 1.2 in most of Europe. 0,500 is no group. */
const EITHER = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/**
 * Groups of three. One point alone is a decimal point, and one comma alone leaves a doubt, so those two need a second
 * separator to be read as groups. A plain space may part two numbers and groups none.
 */
const GROUPED =
  /^[+-]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+|(?:\.\d{3}){2,}|(?:,\d{3}){2,}|(?:['’\u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?)$/;

/** Units that stand behind windows, rescale, spacing and times; anything else behind a number makes it no number. */
const UNIT = /^(.*[\d.,])[\s\u00a0]*(HU|mm(?:\/px)?|cm|um|µm|ms|sec|s|px|pixels?|%|US|BQML|GML|ADU)$/i;

const BRACKETED = /^(?:\[(.*)\]|\((.*)\)|\{(.*)\}|"(.*)"|'(.*)')$/;

/** First digits of the scripts in which numbers are typed: Arabic, Persian, Devanagari. Full width is moved as a whole. */
const ZEROS = [0x0660, 0x06f0, 0x0966];

function toAscii(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const zero = ZEROS.find((first) => code >= first && code <= first + 9);
    if (zero !== undefined) out += String(code - zero);
    else if (code >= 0xff01 && code <= 0xff5e) out += String.fromCharCode(code - 0xfee0);
    // Minus sign, small and typographic hyphens and dashes.
    else if ([0x2212, 0xfe63, 0x2010, 0x2011, 0x2013].includes(code)) out += '-';
    else if (code === 0x066b) out += '.';
    else out += character;
  }
  return out;
}

/** Blanks and control characters at both ends are padding, whatever the standard pads with. */
function trim(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: padding is NUL or space, and files hold worse.
  const ends = /^[\s\u0000-\u001f\u007f]+|[\s\u0000-\u001f\u007f]+$/g;
  return text.replace(ends, '');
}

function finite(text: string, oddities: readonly string[]): ReadNumber | null {
  const value = Number(text);
  return Number.isFinite(value) ? { value, oddity: oddities.length === 0 ? null : oddities.join(' and ') } : null;
}

/**
 * The number that one value of a decimal or integer string plainly says. What a person would read without doubt is
 * read (a decimal comma, groups of thousands, a known unit, brackets, digits of another script), and its oddity named;
 * everything else, such as “400abc”, “0x10”, “400/40”, “NaN” or “inf”, is no number: null. What may be either of two
 * numbers is for the caller to say.
 */
export function parseNumber(written: string): ReadNumber | AmbiguousNumber | null {
  const oddities: string[] = [];
  let text = trim(written);
  const ascii = toAscii(text);
  if (ascii !== text) oddities.push('characters of another script');
  text = ascii;
  const inner = BRACKETED.exec(text)
    ?.slice(1)
    .find((part) => part !== undefined);
  if (inner !== undefined) {
    oddities.push('brackets or quotation marks');
    text = trim(inner);
  }
  const unit = UNIT.exec(text);
  if (unit !== null) {
    oddities.push('a unit');
    text = trim(unit[1] as string);
  }
  if (DECIMAL.test(text)) return finite(text, oddities);
  if (EITHER.test(text)) return { either: [Number(text.replace(',', '')), Number(text.replace(',', '.'))] };
  if (DECIMAL_COMMA.test(text)) return finite(text.replace(',', '.'), [...oddities, 'a decimal comma']);
  if (GROUPED.test(text)) return finite(ungrouped(text), [...oddities, 'thousands separators']);
  return null;
}

/** “1.200,5” to “1200.5”: the last separator is the decimal one where it is another than the first. */
function ungrouped(text: string): string {
  const first = /[^\d+-]/.exec(text)?.[0];
  const parts = text.split(first ?? '');
  return parts.join('').replace(',', '.');
}

/** “[400, 40]”, as programs print lists: its numbers as single texts. Null for anything else. */
export function splitPrintedList(written: string): readonly string[] | null {
  const inner = /^\s*[[(]([^[\]()]*)[\])]\s*$/.exec(written)?.[1];
  const parts = inner?.split(/[,;]\s+/) ?? [];
  return parts.length > 1 ? parts : null;
}
