import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../ingest/test-support/shared-data';
import { parseTableText, readTableText } from './label-table-text';
import { readLabelTable } from './read-label-table';

const parse = (text: string) => parseTableText(new TextEncoder().encode(text));
const utf16 = (text: string, order: 'le' | 'be') =>
  Uint8Array.from(
    [...text].flatMap((_, index) => {
      const code = text.charCodeAt(index);
      return order === 'le' ? [code & 255, code >> 8] : [code >> 8, code & 255];
    }),
  );
const latin1 = (text: string) => Uint8Array.from([...text].map((one) => one.charCodeAt(0)));

/** The cells of each text below; missing lines do not belong to the table. */
const rows = [
  ['i0.png', 'a'],
  ['i1.png', 'b, c'],
  ['i2.png', 'a'],
];

// Expected values: pandas 3.1.1, `pd.read_csv(file, sep=…, skiprows=…, encoding=…, dtype=str, keep_default_na=False)`
// with the separator and the number of lines above the header given by hand.
describe('Excel’s line “sep=”', () => {
  const body = (delimiter: string) =>
    ['path', 'i0.png', 'i1.png', 'i2.png']
      .map(
        (path, index) =>
          `${path}${delimiter}${index === 0 ? 'label' : delimiter === ',' ? `"${rows[index - 1]?.[1]}"` : rows[index - 1]?.[1]}`,
      )
      .join('\r\n');
  it.each([
    ['sep=;\r\n', ';'],
    ['SEP=;\r\n', ';'],
    ['Sep=;\n', ';'],
    ['"sep=;"\r\n', ';'],
    ['"SEP=,"\r', ','],
    ['sep=,\r\n', ','],
    ['sep=\t\r\n', '\t'],
    ['sep=\\t\r\n', '\t'],
    ['sep=|\r\n', '|'],
    ['sep=:\r\n', ':'],
    ['sep=^\r\n', '^'],
    // Saved by a program that pads every line to the table's width.
    ['sep=;;;\r\n', ';'],
    ['\r\nsep=;\r\n', ';'],
    // An editor removed its tab.
    ['sep=\r\n', '\t'],
  ])('%j is used and removed', (line, delimiter) => {
    for (const bytes of [
      new TextEncoder().encode(line + body(delimiter)),
      new TextEncoder().encode(`\ufeff${line}${body(delimiter)}`),
      utf16(`\ufeff${line}${body(delimiter)}`, 'le'),
      utf16(line + body(delimiter), 'be'),
    ]) {
      const table = parseTableText(bytes);
      expect(table).toMatchObject({ delimiter, headers: ['path', 'label'], rows, warnings: [] });
    }
  });

  it('is ignored if no line has its separator', () => {
    const table = parse(`sep=,\npath;label\ni0.png;a\n`);
    expect(table).toMatchObject({ delimiter: ';', rows: [['i0.png', 'a']] });
    expect(table.warnings.join()).toContain('“sep=”');
  });

  it('is part of the table if the line continues', () => {
    expect(parse('sep=abc,label\ni0.png,a').headers).toEqual(['sep=abc', 'label']);
  });
});

describe('the delimiter', () => {
  it.each([
    ['commas in a header', 'path;label;note (size, side, view, year)\ni0.png;a;x\ni1.png;b;y', ';', 3],
    ['semicolons in a quoted header', 'path,label,"a;b;c;d;e"\ni0.png,a,x\ni1.png,b,y', ',', 3],
    ['commas in every row, quoted', 'Bild;Befund\ni0.png;"a, b, c"\ni1.png;"d, e, f"\ni2.png;"g, h, i"', ';', 2],
    ['line breaks in quotes', 'Bild,"Befund;\nErst;\nZweit"\ni0.png,"a;\nb;c"\ni1.png,"d;\ne;f"', ',', 2],
    ['decimal commas', 'Bild;Befund;Alter\ni0.png;a;50,5\ni1.png;b;51,5\ni2.png;b;1,0', ';', 3],
    ['vertical bars', 'Bild|Befund\ni0.png|a\ni1.png|b, c; d', '|', 2],
    ['tabs and empty cells', 'Bild\tSeite\tBefund\ni0.png\t\ta\ni1.png\tL\tb', '\t', 3],
    ['commas in text that is not quoted', 'Bild;Befund;Notiz\na;b;x, y, z\nc;d;\ne;f;x, y, z\ng;h;u, v, w', ';', 3],
    ['doubled quotes', 'Bild;Befund\ni0.png;"a ""b;"" c"\ni1.png;"d ""e;"" f"', ';', 2],
    ['one column', 'path\ni0.png', ',', 1],
    ['a quote inside of a cell', 'Bild,Befund\ni0.png,5" disc\ni1.png,6" disc', ',', 2],
  ])('is detected in spite of %s', (_, text, delimiter, columns) => {
    const table = parse(text);
    expect([table.delimiter, table.headers.length]).toEqual([delimiter, columns]);
    for (const row of table.rows) expect(row.length).toBe(columns);
  });
});

describe('lines', () => {
  it.each(['\r', '\n', '\r\n'])('end with %j, even if mixed', (end) => {
    expect(parse(`path,label${end}i0.png,a${end}i1.png,"b\n c"${end}`).rows).toEqual([
      ['i0.png', 'a'],
      ['i1.png', 'b\n c'],
    ]);
    // pandas' C parser also ends a line at each of the three.
    expect(parse(`path,label\r\ni0.png,a${end}i1.png,b\ri2.png,c\ni3.png,d`).rows.map(([path]) => path)).toEqual([
      'i0.png',
      'i1.png',
      'i2.png',
      'i3.png',
    ]);
  });

  it('are skipped if blank, as spreadsheets write them', () => {
    expect(parse('path;label;;\ni0.png;a;;\n;;;\n  ; ;;\n').rows.length).toBe(1);
  });

  it('above the header are skipped and reported', () => {
    for (const [above, count] of [
      ['Export of 2026-11-30\r\n\r\n', '1 line'],
      ['Export of 2026-11-30;;\r\nMade by: PACS;;\r\n;;\r\n', '2 lines'],
      ['Hospital;Bonn\r\nDate;2026-11-30\r\n', '2 lines'],
      ['"Export;\r\nof 2026"\r\n', '1 line'],
    ] as const) {
      const table = parse(`${above}path;label;age\r\ni0.png;a;50,5\r\ni1.png;b;51\r\n`);
      expect(table.headers).toEqual(['path', 'label', 'age']);
      expect(table.rows[0]).toEqual(['i0.png', 'a', '50,5']);
      expect(table.warnings).toEqual([`${count} above the header skipped.`]);
    }
    // No usual names: the first line as wide as the others.
    const german = parse('Liste vom 30.11.\n\nBild;Befund;Alter\ni0.png;a;5\ni1.png;b;6');
    expect(german.headers).toEqual(['Bild', 'Befund', 'Alter']);
    // As wide as the table: only the names given by a person identify the line.
    const wide = parse('Klinik;Bonn\nBild;Befund\ni0.png;a\ni1.png;b');
    expect(wide.headers).toEqual(['Klinik', 'Bonn']);
    const told = readLabelTable(wide, { path: 'Bild', label: 'Befund' });
    expect(told.entries.map(({ path, label }) => [path, label])).toEqual([
      ['i0.png', 'a'],
      ['i1.png', 'b'],
    ]);
  });

  it('that repeat the header are skipped and reported', () => {
    const table = parse('path,label\ni0.png,a\npath,label\ni1.png,b');
    expect(table.rows.length).toBe(2);
    expect(table.warnings).toEqual(['1 row repeating the header skipped.']);
  });

  it('with more cells than the header are skipped and reported: pandas rejects them', () => {
    const table = parse('path,note,label\ni0.png,round,a\ni1.png,large, round,b\ni2.png,small,b\n');
    expect(table.rows.map(([path]) => path)).toEqual(['i0.png', 'i2.png']);
    expect(table.warnings.join()).toContain('1 row with more cells');
    // R's write.table: an unnamed column of row numbers.
    expect(() => parse('path,label\n1,i0.png,a\n2,i1.png,b')).toThrow(/has 2 columns, but most rows have more/);
  });
});

describe('headers', () => {
  it('may contain line breaks, units, a byte order mark and invisible characters', () => {
    for (const header of ['"File\nName";"Label\r\n(class)";"Age\n(years)"', '\ufeff\u200bfile name;label;Age [y]']) {
      const entry = readLabelTable(parse(`${header}\ni0.png;a;50,5`)).entries[0];
      expect(entry).toMatchObject({ path: 'i0.png', label: 'a', age: 50.5 });
    }
  });
});

describe('encodings', () => {
  it('are detected without a mark in tables of mostly non-Latin letters', () => {
    const text = 'path,label\r\n图像/一二三四五六七八九十.png,良性肿瘤良性肿瘤良性肿瘤\r\n图像/二.png,恶性肿瘤\r\n';
    for (const order of ['le', 'be'] as const) {
      expect(parseTableText(utf16(text, order))).toMatchObject({
        encoding: `UTF-16 ${order.toUpperCase()}`,
        rows: [
          ['图像/一二三四五六七八九十.png', '良性肿瘤良性肿瘤良性肿瘤'],
          ['图像/二.png', '恶性肿瘤'],
        ],
      });
    }
  });

  it('follow the mark even if a letter is damaged', () => {
    const table = parseTableText(Uint8Array.from([0xef, 0xbb, 0xbf, ...latin1('path,label\ni0.png,\xff\n')]));
    expect([table.encoding, table.headers[0], table.rows[0]?.[1]]).toEqual(['UTF-8', 'path', '�']);
    expect(table.warnings.join()).toContain('not UTF-8');
  });

  it('include Windows-1252, which has letters missing in Latin 1', () => {
    // 0x80 € and 0x93 “ (WHATWG index windows-1252).
    const table = parseTableText(latin1('path;label\ni0.png;\x80 \x93gut\x94 \xe4\n'));
    expect(table.rows[0]?.[1]).toBe('€ “gut” ä');
  });

  it('name the format of a file that is not text', () => {
    expect(() => parseTableText(latin1('PK\x03\x04\x14\0\x06\0'))).toThrow(/workbook/);
    expect(() => parseTableText(latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'))).toThrow(/old Excel/);
    expect(() => parse('<html><table><tr><td>path</td></tr></table></html>')).toThrow(/web page/);
    expect(() => parse('[{"path":"i0.png","label":"a"}]')).toThrow(/JSON/);
  });
});

const reports = sharedData('reports');
describe.skipIf(reports.missing)(`tables after public reports${reports.why}`, () => {
  // pandas 3.1.1: `label` of i0 to i5 in every file, with the separator, encoding and header line given by hand.
  const right = ['a', 'a', 'a', 'b', 'b', 'b'];
  for (const folder of ['delimiters', 'excel-sep-line']) {
    const files = reports.missing
      ? []
      : readdirSync(join(reports.path, folder)).filter((name) => name.endsWith('.csv'));
    it.each(files)(`${folder}/%s has the right labels`, async (name) => {
      const table = readLabelTable(await readTableText(join(reports.path, folder, name)));
      expect(table.entries.map(({ path, label }) => [path, label])).toEqual(
        right.map((label, index) => [`i${index}.png`, label]),
      );
      if (name === 'decimal_comma_age.csv')
        expect(table.entries.map(({ age }) => age)).toEqual([50.5, 51.5, 52.5, 53.5, 54.5, 55.5]);
    });
  }
});
