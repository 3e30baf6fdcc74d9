import { expect, it } from 'vitest';
import { guardCell, guardPath, toCsv, unguardCell } from './csv';

it('guards what a spreadsheet would execute, and removes the guard again', () => {
  // OWASP, "CSV injection": = + - @, tab, carriage return, line feed, and the full-width forms.
  for (const text of ['=cmd|x', '+1', '-2', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x']) {
    expect(guardCell(text)).toBe(`'${text}`);
    expect(unguardCell(guardCell(text))).toBe(text);
  }
  // Text that looks guarded comes back as it was.
  for (const text of ["'=1", "''=1", "'s-Hertogenbosch", "'", '', 'a=b', "rock 'n' roll"]) {
    expect(unguardCell(guardCell(text))).toBe(text);
  }
  expect([guardCell(-2), guardCell(null), guardCell('plain')]).toEqual(['-2', '', 'plain']);
});

it('guards a path so that it still opens', () => {
  expect(['=a/1.png', '-b/1.png', 'c/1.png'].map(guardPath)).toEqual(['./=a/1.png', './-b/1.png', 'c/1.png']);
});

it('quotes separators of other programs too', () => {
  expect(toCsv({ columns: ['a'], rows: [['x;y'], ['x\ty'], [' x'], ['x']] })).toBe(
    'a\r\n"x;y"\r\n"x\ty"\r\n" x"\r\nx\r\n',
  );
});
