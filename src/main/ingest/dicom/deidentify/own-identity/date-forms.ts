/** Beginnings of month names in English, German, French, Spanish, Italian and Dutch, in folded text. */
const MONTHS = [
  '(?:jan|ene|gen)',
  '(?:feb|fev)',
  '(?:mar|mrz|mrt)',
  'a[pvb]r',
  '(?:ma[yij]|mag)',
  '(?:jun|juin|giu)',
  '(?:jul|juil|lug)',
  '(?:aug|aout|ago)',
  '(?:sep|set)',
  '(?:o[ck]t|ott)',
  'nov',
  'd[ei][ckz]',
];

/**
 * Matches a day in the forms used by people and programs: 19300203, 1930-02-03, 3.2.1930, 02/03/1930, 3.2.30, 3 Feb
 * 1930, Feb 3, 1930. For folded text. `short`: also 300203 and 030230, which resemble other numbers.
 */
export function dateForms(year: number, month: number, day: number, short: boolean): RegExp {
  const two = (value: number) => String(value).padStart(2, '0');
  const [y, m, d] = [String(year), two(month), two(day)];
  const yy = y.slice(2);
  const loose = (value: number) => (value < 10 ? `0?${value}` : String(value));
  const sep = '[^\\p{L}\\p{N}]{1,3}';
  const gap = '[^\\p{L}\\p{N}]{0,3}';
  const [lm, ld, word] = [loose(month), loose(day), `${MONTHS[month - 1]}\\p{L}*`];
  const anyYear = `(?:${y}|${yy})`;
  const forms = [
    // A time of day may follow immediately.
    `(?:${y}${m}${d}|${d}${m}${y}|${m}${d}${y})(?:\\d{4}|\\d{6})?`,
    ...(short ? [`${yy}${m}${d}`, `${d}${m}${yy}`, `${m}${d}${yy}`] : []),
    `${y}${sep}${lm}${sep}${ld}`,
    `${y}年${lm}月${ld}日`,
    `${ld}${sep}${lm}${sep}${anyYear}`,
    `${lm}${sep}${ld}${sep}${anyYear}`,
    `${ld}${gap}${word}${gap}${anyYear}`,
    `${anyYear}${gap}${word}${gap}${ld}`,
  ];
  const named = `(?<!\\p{L})${word}${gap}${ld}(?:th|st|nd|rd)?${sep}${anyYear}`;
  return new RegExp(`(?<!\\d)(?:${forms.join('|')})(?!\\d)|${named}(?!\\d)`, 'u');
}
