import { describe, expect, it } from 'vitest';
import { patientsByPattern } from '../imports/import-pattern';
import { findColumns } from './label-table-columns';
import { parseTableText } from './label-table-text';
import { matchTable } from './match-table';
import { readLabelTable } from './read-label-table';

const text = (content: string) => parseTableText(new TextEncoder().encode(content));
const read = (content: string, mapping = {}) => readLabelTable(text(content), mapping);

describe('parseTableText', () => {
  const content = 'path;label\r\nbefund_ä.png;gutartig é ø\r\n';
  const utf16 = (little: boolean, mark: boolean) => {
    const codes = [...(mark ? '\ufeff' : ''), ...content].map((one) => one.charCodeAt(0));
    return Uint8Array.from(codes.flatMap((code) => (little ? [code & 255, code >> 8] : [code >> 8, code & 255])));
  };
  it.each([
    ['UTF-8', new TextEncoder().encode(content)],
    ['UTF-8', new TextEncoder().encode(`\ufeff${content}`)],
    ['UTF-16 LE', utf16(true, true)],
    ['UTF-16 BE', utf16(false, true)],
    ['UTF-16 LE', utf16(true, false)],
    ['UTF-16 BE', utf16(false, false)],
    ['Windows-1252', Uint8Array.from([...content].map((one) => one.charCodeAt(0)))],
  ])('reads %s', (encoding, bytes) => {
    const table = parseTableText(bytes);
    expect(table).toMatchObject({ encoding, delimiter: ';', headers: ['path', 'label'] });
    expect(table.rows).toEqual([['befund_ä.png', 'gutartig é ø']]);
    expect(table.warnings.length).toBe(encoding === 'Windows-1252' ? 1 : 0);
  });

  it('names columns without a name or with one that is taken', () => {
    expect(text('path,,label,label\na,b,c,d').headers).toEqual(['path', 'column 2', 'label (1)', 'label (2)']);
  });

  it('rejects binary data, and a quote that swallows the file', () => {
    expect(() => parseTableText(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0xff]))).toThrow(/not a text/);
    expect(() => text('path,label\n"a,b')).toThrow(/could not be read/);
    expect(() => text(`path,label\n"${'x'.repeat(300_000)}",b`)).toThrow(/line of more than/);
    expect(() => text(`${'a,'.repeat(300)}b\n1`)).toThrow(/more than 200 columns/);
  });
});

describe('readLabelTable', () => {
  const nothing = {
    named: [],
    key: '',
    date: null,
    patientAbove: false,
    label: null,
    readings: [],
    patient: null,
    study: null,
    site: null,
    split: null,
    sex: null,
    age: null,
  };
  it('reads headers in any case and order, with a byte order mark, quotes and Windows line endings', () => {
    const table = read(
      '\ufeffPatient_ID,Label,PATH,Split,Sex,Age,Centre\r\nP1,"benign, sure",a\\b.png,Val,F,057Y,Bonn\r\n,,c.png,,,,\r\n',
    );
    expect(table.entries).toEqual([
      {
        ...nothing,
        path: 'a/b.png',
        line: 2,
        label: 'benign, sure',
        named: ['benign, sure'],
        patient: 'P1',
        site: 'Bonn',
        split: 'validation',
        sex: 'F',
        age: 57,
        rows: 1,
      },
      // An empty cell below P1, possibly merged in a spreadsheet.
      { ...nothing, path: 'c.png', line: 3, patientAbove: true, rows: 1 },
    ]);
    expect(table.problems).toEqual([]);
  });

  it('treats an empty cell below a word for “missing” as missing, not as merged', () => {
    const table = read('path,patient\na.png,P1\nb.png,#N/A\nc.png,\nd.png,P2\ne.png,');
    expect(table.entries.map((entry) => entry.patientAbove)).toEqual([false, false, false, false, true]);
  });

  it('reads tabs and semicolons, and reports split names it does not know', () => {
    expect(read('file\tclass\nx, y.png\tA').entries[0]).toMatchObject({ path: 'x, y.png', label: 'A' });
    const table = read('path;label;split\nx.png;A;holdout\n__proto__;B;__proto__\nconstructor;C;');
    expect(table.entries.map((entry) => entry.split)).toEqual([null, null, null]);
    expect(table.problems[0]).toContain('holdout');
    expect(table.find('constructor')?.entry.label).toBe('C');
    expect(table.find('toString')).toBeUndefined();
  });

  it('uses the given columns, and finds the others among the rest', () => {
    const content = 'File,Diagnosis,Class,Rater\na.png,benign,7,Ann';
    const { path, label, reader } = findColumns(text(content), { label: 'class' }).byRole;
    expect([path, label, reader]).toEqual([0, 2, 3]);
    const other = findColumns(text(content), { reader: 'Diagnosis', path: null });
    expect(other.byRole).toMatchObject({ path: -1, label: 2, reader: 1 });
    expect(read(content, { label: 'Class', reader: null }).entries[0]).toMatchObject({ label: '7', readings: [] });
    expect(() => read(content, { label: 'Befund' })).toThrow(/no column “Befund” for label/);
    expect(() => read(content, { path: null, label: 'Class' })).toThrow(/no column “path”/);
  });

  it('groups the rows of an image: readings by reader, its label, and contradictions', () => {
    const table = read(
      [
        'path,label,reader,age',
        'a.png,benign,Ann,x',
        'A.png,malignant,Bob,41',
        'a.png,benign,,',
        'b.png,benign,Ann,',
        'b.png,cyst,Ann,',
        'c.png,benign,,',
        'c.png,cyst,,',
        'd.png,,Ann,',
        ',benign,Ann,',
      ].join('\n'),
    );
    expect(table.rows).toBe(8);
    expect(table.find('a.png')?.entry).toMatchObject({
      label: 'benign',
      readings: [
        { reader: 'Ann', label: 'benign' },
        { reader: 'Bob', label: 'malignant' },
      ],
      age: 41,
      rows: 3,
    });
    expect(table.find('b.png')?.entry.readings).toEqual([{ reader: 'Ann', label: 'cyst' }]);
    expect(table.find('c.png')?.entry.label).toBeNull();
    const problems = table.problems.join(' ');
    for (const said of [
      '1 row without a path',
      '1 image with different labels',
      '1 row with a second, different reading',
      '1 row with a reader and no label',
      '1 row with an age',
    ]) {
      expect(problems).toContain(said);
    }
  });

  it('takes names that differ by case or blanks for one reader, and words for “missing” for none', () => {
    const rows = ['a.png,A,r1', 'a.png,B,R1', 'b.png,A, r 1', 'b.png,B,r2', 'c.png,C,nan', 'd.png,D,#N/A', 'e.png,E,'];
    const { entries, problems } = read(`path,label,reader\n${rows.join('\n')}`);
    expect(entries.map(({ readings }) => readings.map(({ reader, label }) => `${reader} ${label}`))).toEqual([
      ['r1 B'],
      ['r1 A', 'r2 B'],
      [],
      [],
      [],
    ]);
    // As below an empty reader.
    expect(entries.map(({ label }) => label)).toEqual([null, null, 'C', 'D', 'E']);
    expect(problems).toEqual([
      '1 row with a second, different reading by the same reader: the later row counts.',
      '2 rows with “NA”, “unknown” or similar as the reader: read as no reader.',
      '1 reader written in several ways (blanks, case): each is treated as one reader.',
    ]);
  });

  it('reads ages from 0 to 130 years', () => {
    const ages = ['0', '130', '040Y', '018M', '131', '-1', '999', '999Y', '130,5', '1961'];
    const { entries, problems } = read(
      `path;label;age\n${ages.map((age, index) => `${index}.png;A;${age}`).join('\n')}`,
    );
    expect(entries.map(({ age }) => age)).toEqual([0, 130, 40, 1.5, ...Array(6).fill(null)]);
    expect(problems).toEqual(['6 rows with an age that is not a number of years from 0 to 130: the age is ignored.']);
  });

  it('reads sexes as DICOM writes them, and neither words for “missing” nor other values', () => {
    const sexes = (...cells: string[]) => {
      const table = read(`path,label,sex\n${cells.map((cell, index) => `${index}.png,A,${cell}`).join('\n')}`);
      return { read: table.entries.map(({ sex }) => sex), problems: table.problems };
    };
    expect(sexes('m', 'Male', 'man', 'männlich', 'MÄNNLICH', 'maennlich', 'Homme', 'masculin')).toEqual({
      read: Array(8).fill('M'),
      problems: [],
    });
    expect(sexes('f', 'W', 'FEMALE', 'woman', 'weiblich', 'femme', 'féminin')).toEqual({
      read: Array(7).fill('F'),
      problems: [],
    });
    expect(sexes('o', 'Other', 'D', 'divers').read).toEqual(Array(4).fill('O'));
    expect(sexes('nan', 'N/A', '#N/A', '', '-', 'unknown')).toEqual({ read: Array(6).fill(null), problems: [] });
    const other = sexes('0', '1', 'x', 'F');
    expect(other.read).toEqual([null, null, null, 'F']);
    expect(other.problems).toEqual([expect.stringContaining('3 rows with a sex other than M, F or O')]);
  });

  it('does not take a column of many names for readers, and asks about very many labels', () => {
    const rows = Array.from({ length: 120 }, (_, index) => `${index}.png,${index},P${index}`).join('\n');
    expect(() => read(`path,label,reader\n${rows}`)).toThrow(/120 different names/);
    expect(() => read(`path,label,reader\n${rows.replace(/P\d+/g, 'Ann')}`)).toThrow(/name 120 different labels/);
    expect(read(`path,label,patient\n${rows}`).problems.join()).toContain('120 different values');
  });

  it('truncates long cells and removes control characters', () => {
    const table = read(`path,label,reader\na.png,"be\u001b[31mnign\nx",${'r'.repeat(500)}`);
    const [reading] = table.entries[0]?.readings ?? [];
    expect(reading?.label).toBe('be [31mnign x');
    expect(reading?.reader.length).toBe(80);
  });

  it('finds images by path, by a unique end of it, and without the extension', () => {
    const table = read('path,label\nimages/a/1.png,A\nimages/b/1.png,B\nNÓDULO 7,C\nonly.png,D');
    const label = (path: string) => table.find(path)?.entry.label;
    expect(label('images/a/1.png')).toBe('A');
    expect(label('b/1.png')).toBe('B');
    expect(label('1.png')).toBeUndefined();
    expect(label('x/no\u0301dulo 7.dcm')).toBe('C');
    expect(label('deep/er/only.png')).toBe('D');
    expect(label('nothing.png')).toBeUndefined();
  });

  it('rejects other tables', () => {
    expect(() => read('name,label\na,b')).toThrow(/no column “path”/);
    expect(() => read('path\na')).toThrow(/no usable column besides the path/);
    expect(() => read('')).toThrow(/no column/);
  });
});

/** Not used by tables matched by path. */
const store = null as never;

describe('matchTable', () => {
  const targets = (...paths: string[]) => paths.map((path, file) => ({ path, file }));
  it('matches a row to one file only, by whole path before partial', () => {
    const table = read('path,label\n1.png,A\nx/2.png,B\n3.png,C\n4.png,D');
    const { entries, rowsMatched, filesMatched, problems } = matchTable(
      table,
      targets('a/1.png', 'b/1.png', 'x/2.png', 'y/x/2.png', 'z/3.png'),
      store,
    );
    expect(entries.map((entry) => entry?.label)).toEqual([undefined, undefined, 'B', undefined, 'C']);
    expect([rowsMatched, filesMatched]).toEqual([2, 2]);
    expect(problems.join()).toContain('1 row whose path matches more than one file');
    expect(problems.join()).toContain('1 row of the label table');
  });

  it('reports a row that names more folders than its file', () => {
    const more = (rows: string, ...paths: string[]) =>
      matchTable(
        read(`path,label\n${rows}`),
        targets(...paths).map((one) => ({ ...one, root: '/home/me/sites' })),
        store,
      ).problems.join();
    const rows = 'data/siteB/i3.png,a\nsiteB/i0.png,b';
    expect(more(rows, 'siteB/i3.png', 'siteB/i0.png')).toContain(
      '1 row would match a file without the first folders of the path, as in “data/siteB/i3.png”.',
    );
    // A row of another file, and a file with its own row.
    expect(more(rows, 'siteC/i3.png', 'siteB/i0.png')).not.toContain('first folders');
    expect(more('siteA/i0.png,a\ni0.png,b', 'i0.png')).not.toContain('first folders');
  });

  it('treats the frames of a file as one', () => {
    const frames = [0, 1].map(() => ({ path: 'a/1.dcm', file: 'same' }));
    expect(matchTable(read('path,label\n1,A'), frames, store).entries.map((entry) => entry?.label)).toEqual(['A', 'A']);
  });
});

describe('a hostile label table', () => {
  it('may contain names of prototypes, control characters and formulas, treated as any others', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '=cmd|calc', '+1', '@SUM(1)', '-2'];
    const table = read(`path,label,patient\n${names.map((name) => `${name}.png,${name},${name}`).join('\n')}`);
    expect(table.entries.map(({ label }) => label)).toEqual(names);
    for (const name of names) expect(table.find(`x/${name}.png`)?.entry.label).toBe(name);
    expect(table.find('__proto__')).toBeUndefined();
    const header = read('__proto__,path,label,constructor\nx,a.png,A,y');
    expect(header.entries).toMatchObject([{ path: 'a.png', label: 'A' }]);
    const control = read('path,label\na.png,"be\u0001nign\u0007"\nb.png,\u0001\u0001\nc\u0001.png,C');
    expect(control.entries.map(({ label }) => label)).toEqual(['be nign', null, 'C']);
    expect(() => read('path,label\na.png,be\u0000nign')).toThrow(/not a text file/);
  });

  it('is rejected without line endings, with an unclosed quote, or with nothing but separators', () => {
    const size = 60_000_000;
    for (const text of [
      `path,label${','.repeat(size)}`,
      `path,label\n${','.repeat(size)}`,
      `path,label\n"${'a,b\n'.repeat(size / 4)}`,
      `path,label\n${'x'.repeat(size)}`,
      `path,label\n"${'a,b\n'.repeat(size / 8)}`,
      'path,label,'.padEnd(20_000, 'x,'),
    ]) {
      const before = process.memoryUsage().heapUsed;
      const started = performance.now();
      expect(() => read(text)).toThrow(/could not be read|more than 200 columns|more than 262,144/);
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 2 ** 20);
    }
  });

  it('of many columns and lines keeps the columns in use', () => {
    const before = process.memoryUsage().heapUsed;
    const table = read(`path,label\n${`a.png,A${','.repeat(190)}\n`.repeat(5_000)}`);
    expect(table.rows).toBe(5_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 2 ** 20);
  });

  it('may contain a path of any length and depth', () => {
    const deep = `${'a/'.repeat(2000)}x.png`;
    const table = read(`path,label\n${'b'.repeat(50_000)},A\n${deep},B\n\u202e\ud800.png,C`);
    expect(table.entries.map(({ label }) => label)).toEqual(['A', 'B', 'C']);
    expect(table.find(deep)?.entry.label).toBe('B');
  });
});

it('may contain ="0013", which keeps zeros in a spreadsheet, with or without CSV quotes', () => {
  // Python's csv.reader gives ="0013" for both cells; the value of that formula is the text 0013.
  const table = read('path,label,patient\n="01",="a","=""0013"""\n02,b,="0013"\n03,"\'=""x""",7');
  expect(table.entries.map(({ path, label, patient }) => [path, label, patient])).toEqual([
    ['01', 'a', '0013'],
    ['02', 'b', '0013'],
    ['03', '="x"', '7'],
  ]);
});

it('is counted for rows without a patient and rows without a clear day separately', () => {
  const table = read('patient,date,label\nP1,3/4/2018,a\nP2,5/5/2018,b\n,5/5/2018,b\nP3,,a');
  expect(table.problems).toEqual([
    '1 row without a patient skipped.',
    '2 rows with an invalid or ambiguous date (such as 3/4/2020) skipped. Write dates as 2020-04-03.',
  ]);
});

describe('patientsByPattern', () => {
  it('uses the named group, else the first', () => {
    expect(patientsByPattern('(?:(x)|(?<patient>p\\d+))_', ['p12_1.png', 'P3_1.png', 'ä/p7_2.png'])).toEqual([
      'p12',
      null,
      'p7',
    ]);
    expect(patientsByPattern('^([^_]*)_', ['a_1', '_1'])).toEqual(['a', null]);
  });

  it('rejects patterns without a group, invalid ones, and ones that never end', () => {
    expect(() => patientsByPattern('p\\d+', ['p1'])).toThrow(/no group/);
    expect(() => patientsByPattern('(', ['p1'])).toThrow(/not a valid/);
    expect(() => patientsByPattern('(a)'.repeat(300), ['p1'])).toThrow(/longer/);
    expect(() => patientsByPattern('((a+)+)$', [`${'a'.repeat(80)}!`])).toThrow(/too long/);
  });
});
