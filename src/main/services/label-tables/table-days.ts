/** Days from 1899-12-30, day 0 of spreadsheets, to 1970-01-01. */
const SPREADSHEET_EPOCH = 25_569;

/**
 * Returns a parser of dates to YYYYMMDD: 2020-04-03, 2020/4/3, 3.4.2020, with or without a time, or a spreadsheet's day
 * number; 3/4/2020 only if another cell of the column shows which number is the month.
 */
export function dayReader(column: readonly string[]): (cell: string | null) => string | null {
  const slashes = column.flatMap((cell) => {
    const [, first, second] = /^(\d{1,2})[/-](\d{1,2})[/-]\d{4}\b/.exec(cell.trim()) ?? [];
    return first === undefined ? [] : [[Number(first), Number(second)] as const];
  });
  const dayFirst = slashes.some(([first]) => first > 12);
  const monthFirst = slashes.some(([, second]) => second > 12);
  const day = (year: number, month: number, date: number): string | null => {
    const at = new Date(Date.UTC(year, month - 1, date));
    const real = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
    return real && year > 1800 ? at.toISOString().slice(0, 10).replaceAll('-', '') : null;
  };
  return (cell) => {
    const text = (cell ?? '').replace(/[ T].*$/, '');
    const ordered = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})$/.exec(text);
    if (ordered !== null && (ordered[2] !== '' || text.length === 8)) {
      return day(Number(ordered[1]), Number(ordered[3]), Number(ordered[4]));
    }
    const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
    if (german !== null) return day(Number(german[3]), Number(german[2]), Number(german[1]));
    const [, first, second, year] = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(text) ?? [];
    if (first !== undefined && (dayFirst !== monthFirst || first === second)) {
      return dayFirst
        ? day(Number(year), Number(second), Number(first))
        : day(Number(year), Number(first), Number(second));
    }
    if (!/^[1-6]\d{4}(?:[.,]\d+)?$/.test(text)) return null;
    const at = new Date((Math.trunc(Number(text.replace(',', '.'))) - SPREADSHEET_EPOCH) * 86_400_000);
    return day(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  };
}
