/** A parsed number and the irregularity of its notation; `oddity` completes “written with …”. */
export interface ReadNumber {
  readonly value: number;
  readonly oddity: string | null;
}

/** A number that a person could read in two ways. */
export interface AmbiguousNumber {
  readonly either: readonly [grouped: number, decimal: number];
}

/** Fixed or floating point by PS3.5, 6.2 (DS), which includes IS. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const DECIMAL_COMMA = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;

/**
 * A comma before exactly three digits: 1,200 is 1200 in English and 1.2 in most of Europe. 0,500 cannot be a thousands
 * group.
 */
const AMBIGUOUS_COMMA = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/**
 * Thousands groups. A single point is a decimal point and a single comma is ambiguous, so groups with either need a
 * second separator. A plain space may separate two numbers, so it never groups digits.
 */
const GROUPED =
  /^[+-]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+|(?:\.\d{3}){2,}|(?:,\d{3}){2,}|(?:['’\u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?)$/;

/** Units found after windows, rescale, spacing and times; any other suffix makes the text not a number. */
const UNIT = /^(.*[\d.,])[\s\u00a0]*(HU|mm(?:\/px)?|cm|um|µm|ms|sec|s|px|pixels?|%|US|BQML|GML|ADU)$/i;

const BRACKETED = /^(?:\[(.*)\]|\((.*)\)|\{(.*)\}|"(.*)"|'(.*)')$/;

/**
 * Zero digits of the scripts in which numbers are typed: Arabic, Persian, Devanagari. Full width is shifted as a block.
 */
const ZEROS = [0x0660, 0x06f0, 0x0966];

function toAscii(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const zero = ZEROS.find((first) => code >= first && code <= first + 9);
    if (zero !== undefined) out += String(code - zero);
    else if (code >= 0xff01 && code <= 0xff5e) out += String.fromCharCode(code - 0xfee0);
    // Minus sign, small hyphen-minus, typographic hyphens and dashes.
    else if ([0x2212, 0xfe63, 0x2010, 0x2011, 0x2013].includes(code)) out += '-';
    else if (code === 0x066b) out += '.';
    else out += character;
  }
  return out;
}

/** Trims blanks and control characters, which are padding whatever the standard prescribes. */
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
 * Parses one value of a decimal or integer string. Accepts notations that a person would read unambiguously (a decimal
 * comma, thousands groups, a known unit, brackets, digits of another script) and names the oddity. Everything else,
 * such as “400abc”, “0x10”, “400/40”, “NaN” or “inf”, is not a number: null. Ambiguous numbers are left to the caller.
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
  if (AMBIGUOUS_COMMA.test(text)) return { either: [Number(text.replace(',', '')), Number(text.replace(',', '.'))] };
  if (DECIMAL_COMMA.test(text)) return finite(text.replace(',', '.'), [...oddities, 'a decimal comma']);
  if (GROUPED.test(text)) return finite(ungrouped(text), [...oddities, 'thousands separators']);
  return null;
}

/** Converts “1.200,5” to “1200.5”: the last separator is the decimal one if it differs from the first. */
function ungrouped(text: string): string {
  const first = /[^\d+-]/.exec(text)?.[0];
  const parts = text.split(first ?? '');
  return parts.join('').replace(',', '.');
}

/** Splits a printed list such as “[400, 40]” into the texts of its numbers. Null for anything else. */
export function splitPrintedList(written: string): readonly string[] | null {
  const inner = /^\s*[[(]([^[\]()]*)[\])]\s*$/.exec(written)?.[1];
  const parts = inner?.split(/[,;]\s+/) ?? [];
  return parts.length > 1 ? parts : null;
}
