import { describe, expect, it } from 'vitest';
import { toCsv } from '#shared/tables/csv';
import { toCsvFile, toMarkdown, toTsv } from './table-text';

const table = {
  columns: ['File', 'Reason', 'n'],
  rows: [
    ['a "b", c.dcm', 'line\nbreak', 3],
    ['=HYPERLINK("x")', '@cmd | pipe', -2],
    ['plain', null, 0.5],
  ],
};

describe('table text', () => {
  it('quotes CSV as in RFC 4180 and disarms formulas but not negative numbers', () => {
    expect(toCsv(table)).toBe(
      'File,Reason,n\r\n"a ""b"", c.dcm","line\nbreak",3\r\n"\'=HYPERLINK(""x"")",\'@cmd | pipe,-2\r\nplain,,0.5\r\n',
    );
  });

  it('keeps each row on one line for the clipboard', () => {
    const use = 'Research use only: not for diagnosis or treatment.';
    expect(toTsv(table).split('\n')).toEqual([
      'File\tReason\tn\tUse',
      `a "b", c.dcm\tline break\t3\t${use}`,
      `'=HYPERLINK("x")\t'@cmd | pipe\t-2\t${use}`,
      `plain\t\t0.5\t${use}`,
    ]);
  });

  it('escapes pipes in Markdown', () => {
    expect(toMarkdown(table).split('\n')[3]).toBe('| =HYPERLINK("x") | @cmd \\| pipe | -2 |');
  });

  it('marks every row of a file, and the end of a text, as research only', () => {
    const lines = toCsvFile({
      columns: ['File', 'Class'],
      rows: [
        ['a.png', 'x'],
        ['b.png', 'y'],
      ],
    }).split('\r\n');
    expect(lines.slice(0, 3)).toEqual([
      'File,Class,Use',
      'a.png,x,Research use only: not for diagnosis or treatment.',
      'b.png,y,Research use only: not for diagnosis or treatment.',
    ]);
    expect(toMarkdown(table).split('\n').at(-1)).toBe('_Research use only: not for diagnosis or treatment._');
  });
});
