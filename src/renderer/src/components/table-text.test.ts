import { describe, expect, it } from 'vitest';
import { toCsv, toMarkdown, toTsv } from './table-text';

const table = {
  columns: ['File', 'Reason', 'n'],
  rows: [
    ['a "b", c.dcm', 'line\nbreak', 3],
    ['=HYPERLINK("x")', '@cmd | pipe', -2],
    ['plain', null, 0.5],
  ],
};

describe('table text', () => {
  it('quotes CSV as RFC 4180 and disarms formulas but not negative numbers', () => {
    expect(toCsv(table)).toBe(
      'File,Reason,n\r\n"a ""b"", c.dcm","line\nbreak",3\r\n"\'=HYPERLINK(""x"")",\'@cmd | pipe,-2\r\nplain,,0.5\r\n',
    );
  });

  it('keeps one row a line for the clipboard', () => {
    expect(toTsv(table).split('\n')).toEqual([
      'File\tReason\tn',
      'a "b", c.dcm\tline break\t3',
      '\'=HYPERLINK("x")\t\'@cmd | pipe\t-2',
      'plain\t\t0.5',
    ]);
  });

  it('escapes pipes in Markdown', () => {
    expect(toMarkdown(table).split('\n')[3]).toBe('| =HYPERLINK("x") | @cmd \\| pipe | -2 |');
  });
});
