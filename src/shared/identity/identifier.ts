/**
 * Identifiers as people and spreadsheets write them: patient ids, accession numbers, names of studies and sites. They
 * are never compared by text alone, because a spreadsheet drops leading zeros, adds “.0” and writes long numbers as
 * 1.23E+06, and because “N/A” names nobody.
 */

/** Words for "not known", in lower case, as spreadsheets, statistics programs and people write them. */
const MISSING = new Set(
  [
    'nan, #n/a n/a, 1.#ind, 1.#qnan, n/a, na, n.a., n. a., n.a, <na>, nat, null, nul, none, nil, missing, undefined, unknown, unk, not known',
    'not available, not applicable, not given, not recorded, blank, empty, tbd, no id, no patient, no patient id',
    'anonymous, anonymized, anonymised, anon, unbekannt, leer, fehlt, fehlend, k.a., k. a., k.a, anonym',
    'inconnu, inconnue, aucun, aucune, vide, manquant, desconocido, desconocida, ninguno, ninguna, vacio, vacío',
    'sconosciuto, nessuno, vuoto, geen, onbekend, ukjent, ukendt, okänd',
  ]
    .join(', ')
    .split(', '),
);

/** “ohne”, “keine Angabe”: a word for nothing, and up to three more words. */
const NOTHING = /^(?:ohne|keine?[rsnm]?|without|sans|sin)(?: [\p{L}-]+){0,3}$/u;
/** Errors of spreadsheet formulas: #N/A, #REF!, #WERT!, #NV, #¡VALOR!, #DIV/0!. */
const FORMULA_ERROR = /^#[¡¿]?(?:div\/0|[\p{L}/_]{2,})[!?]?$/iu;
/** No letter and no digit: “-”, “?”, “…”. */
const NO_LETTER = /^[^\p{L}\p{N}]*$/u;

/** NFKC (so that full-width digits are digits), one kind of blank and hyphen, no invisible characters. */
const plainForm = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}]+/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/\p{Pd}/gu, '-')
    .trim();

/** Returns the identifier in a cell or an element, or null if it holds none. */
export function readIdentifier(text: string | null): string | null {
  if (text === null) return null;
  const plain = plainForm(text);
  const word = plain.toLowerCase().replace(/^[-("'[]+|[)"'\]]+$/g, '');
  if (NO_LETTER.test(plain) || MISSING.has(word) || NOTHING.test(word) || FORMULA_ERROR.test(plain)) return null;
  return plain;
}

/** Spreadsheets and programs always sign the exponent in scientific notation: “12E3” is a real id. */
const SCIENTIFIC = /^(\d)(?:[.,](\d+))?e\+(\d{1,3})$/i;

/** Whether digits were lost: 1.23E+06 stands for any of ten thousand numbers, 1.234567E+06 for one. */
export function isRounded(text: string): boolean {
  const [, , fraction = '', exponent = '0'] = SCIENTIFIC.exec(text.trim()) ?? [];
  return fraction.length < Number(exponent);
}

/**
 * Maps identifiers that differ only in spelling to the same text: blanks, case, an apostrophe that marks a number as
 * text, and for numbers leading zeros, “.0” and scientific notation that lost no digit. For comparison only, never for
 * display.
 */
export function looseIdentifier(text: string): string {
  const plain = plainForm(text).replaceAll(' ', '').replace(/^'/, '').toLowerCase();
  const whole = toWholeNumber(plain);
  return whole === null ? plain : whole.replace(/^0+(?=\d)/, '');
}

/** “007”, “7.0”, “7,00” and “7.5E+01” as digits; null unless the text is certainly a whole number. */
function toWholeNumber(plain: string): string | null {
  const decimal = /^(\d+)(?:[.,]0+)?$/.exec(plain);
  if (decimal !== null) return decimal[1] ?? null;
  const scientific = SCIENTIFIC.exec(plain);
  if (scientific === null || isRounded(plain)) return null;
  const [, first = '', fraction = '', exponent = '0'] = scientific;
  const [digits, rest] = [first + fraction.slice(0, Number(exponent)), fraction.slice(Number(exponent))];
  return /^0*$/.test(rest) ? digits : null;
}
