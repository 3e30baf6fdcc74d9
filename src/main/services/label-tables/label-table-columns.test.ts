import { describe, expect, it } from 'vitest';
import { parseTableText } from './label-table-text';
import { readLabelTable } from './read-label-table';

const text = (content: string) => parseTableText(new TextEncoder().encode(content));
const read = (content: string, mapping = {}) => readLabelTable(text(content), mapping);
const labels = (content: string, mapping = {}) => read(content, mapping).entries.map(({ label }) => label);
const failure = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error as { message: string; hint: string };
  }
  throw new Error('nothing was thrown');
};

describe('the label column', () => {
  it('is asked for if two columns could be it and differ, and never chosen by position', () => {
    for (const [header, listed] of [
      ['path,label,label', '“label (1)”, “label (2)”'],
      ['path,Label,label', '“Label”, “label”'],
      ['path,diagnosis,class', '“class”, “diagnosis”'],
    ] as const) {
      const { message, hint } = failure(() => read(`${header}\ni0.png,a,b\ni1.png,b,b`));
      expect(message).toBe(`The label table has 2 columns that could be the label: ${listed}.`);
      expect(hint).toContain('--columns');
    }
    const twice = 'path,label,label\ni0.png,a,b';
    expect(labels(twice, { label: 'label (2)' })).toEqual(['b']);
    expect(labels(twice, { label: 'label (1)' })).toEqual(['a']);
    // The name alone is ambiguous here, given or not.
    expect(failure(() => read(twice, { label: 'label' })).message).toContain('2 columns that could be the label');
    expect(labels('path,diagnosis,class\ni0.png,a,b', { label: 'class' })).toEqual(['b']);
  });

  it('is clear if both columns agree, or one has exactly the name', () => {
    expect(labels('path,label,label\ni0.png,a,a')).toEqual(['a']);
    expect(labels('path,diagnosis,label\ni0.png,nodule left,a')).toEqual(['a']);
    const noted = read('path,diagnosis,label\ni0.png,nodule left,a');
    expect(noted.problems).toEqual(['The label is read from “label”, not from “diagnosis”.']);
    expect(noted.columns).toEqual({ headers: { path: 'path', label: 'label' }, classes: [] });
    expect(labels('path,label (old),label\ni0.png,x,a')).toEqual(['a']);
  });

  it('is rejected if missing, with the columns found, and without a patient’s cells', () => {
    const { message, hint } = failure(() => read('Bild;Befund;Patient\ni0.png;a;MUSTERMANN-77'));
    expect(message).toBe('The label table has no column “path” and no other column that identifies its images.');
    expect(hint).toContain('UTF-8 and cut at each semicolon');
    expect(hint).toContain('“Bild | Befund | Patient”, “i0.png | a | …”');
    expect(hint).not.toContain('MUSTERMANN');
    expect(failure(() => read('i0.png,a\ni1.png,b')).hint).toContain('“i0.png | a”, “i1.png | b”');
  });
});

it('treats words for a missing label as none, and reports them', () => {
  // read_csv of pandas 3.1.1 reads the first eight as missing; #REF! is the error of a formula.
  const words = ['nan', 'NaN', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NULL', '#REF!', 'none', 'a'];
  const table = read(`path,label\n${words.map((word, index) => `i${index}.png,${word}`).join('\n')}`);
  expect(table.entries.map(({ label }) => label)).toEqual([...Array(9).fill(null), 'none', 'a']);
  expect(table.problems.join()).toContain('9 rows with “NA”');
});

describe('one column per class', () => {
  // pandas: pd.from_dummies(df[columns]) gives melanoma, naevus, other for the rows with one 1.
  const right = ['melanoma', 'naevus', 'other', 'naevus'];
  it.each([
    ['1', '0'],
    ['1.0', '0.0'],
    ['1,0', '0,0'],
    ['yes', 'no'],
    ['TRUE', 'FALSE'],
    ['WAHR', 'FALSCH'],
    ['x', ''],
    ['✓', '-'],
  ])('is read with %j for yes and %j for no', (yes, no) => {
    const row = (path: string, at: number) => [path, ...[0, 1, 2].map((index) => (index === at ? yes : no))].join(';');
    const table = read(
      ['path;melanoma;naevus;other', row('i0', 0), row('i1', 1), row('i2', 2), row('i3', 1)].join('\n'),
    );
    expect(table.entries.map(({ label }) => label)).toEqual(right);
    expect(table.columns).toEqual({ headers: { path: 'path' }, classes: ['melanoma', 'naevus', 'other'] });
    expect(table.problems).toEqual(['Each of the columns “melanoma”, “naevus”, “other” is read as one class.']);
  });

  it('skips rows with none or several, and reports them', () => {
    const rows = Array.from({ length: 8 }, (_, index) => `i${index}.png,${index % 2},${1 - (index % 2)},0`);
    const table = read(['path,A,B,C', ...rows, 'i8.png,1,1,0', 'i9.png,0,0,0'].join('\n'));
    expect(table.entries.map(({ label }) => label)).toEqual([...'BABABABA', null, null]);
    expect(table.problems.join()).toContain('1 row with more than one class');
    expect(table.problems.join()).toContain('1 row with no class marked');
  });

  it('is not guessed from findings that occur together, and is used if a person says so', () => {
    const findings = 'path,mass,calcification,patient\ni0.png,1,1,P1\ni1.png,0,1,P2\ni2.png,0,0,P3\ni3.png,1,1,P4';
    const table = read(findings);
    expect(table.entries.map(({ label }) => label)).toEqual([null, null, null, null]);
    expect(table.problems.join()).toContain('not exactly one yes per row');
    expect(labels(findings, { classes: ['mass', 'calcification'] })).toEqual([null, 'calcification', null, null]);
    expect(labels(findings, { label: 'mass' })).toEqual(['1', '0', '0', '1']);
    expect(labels(findings, { classes: null })).toEqual([null, null, null, null]);
  });

  it.each([
    ['-1', ['1,0,-1', '0,1,1', '1,0,0', '0,1,-1']],
    ['2', ['1,0,0', '0,1,0', '0,1,2', '0,0,1']],
    ['2.0', ['1,0,0', '0,1,0', '0,1,2.0', '1,0,0']],
    ['maybe', ['1,0,maybe', '0,1,', '1,0,no', '1,0,']],
    ['?', ['1,0,', '0,1,?', '1,0,', '0,1,']],
  ])('asks if one of the columns also has %j, and such rows get no label', (odd, cells) => {
    const content = `path,A,B,C\n${cells.map((row, index) => `i${index}.png,${row}`).join('\n')}`;
    const { message, hint } = failure(() => read(content));
    expect(message).toContain(`“A”, “B”, “C” could be one class each, but “C” also has “${odd}”`);
    expect(hint).toContain('--columns "classes=A,B,C"');
    const chosen = read(content, { classes: ['A', 'B', 'C'] });
    cells.forEach((row, index) => {
      if (row.endsWith(odd)) expect(chosen.entries[index]?.label).toBeNull();
    });
    expect(chosen.problems.join()).toContain('with a value other than yes or no in a class column');
    // Without this column all rows count.
    expect(labels(content, { classes: ['A', 'B'] })).toContain('A');
  });

  it('does not ask because of numbers, a text or a remark beside them', () => {
    const rows = ['1,0,1,F,', '0,1,5,M,check', '1,0,40,F,', '0,1,7,M,', '1,0,0,F,'];
    const table = read(`path,A,B,lesions,group,remark\n${rows.map((row, index) => `i${index}.png,${row}`).join('\n')}`);
    expect(table.columns.classes).toEqual(['A', 'B']);
    // R writes NA into empty cells.
    expect(labels('path,A,B\ni0.png,1,NA\ni1.png,NA,1')).toEqual(['A', 'B']);
  });

  it('is named when the table is rejected without it', () => {
    expect(failure(() => read('image,malignant\ni0.png,1\ni1.png,0')).message).toContain(
      'The column “malignant” contains yes and no and is not used. If it is the label, choose it (on the command line: --columns "label=malignant").',
    );
    const findings = failure(() => read('image,mass,cyst\ni0.png,1,1\ni1.png,0,0\ni2.png,1,1'));
    expect(findings.message).toContain('“mass”, “cyst” contain yes and no, but not exactly one yes per row');
    expect(findings.message).toContain('--columns "classes=A,B"');
  });

  it('leaves a label column alone', () => {
    expect(labels('path,label,A,B\ni0.png,x,1,0\ni1.png,y,0,1')).toEqual(['x', 'y']);
  });
});

describe('paths', () => {
  // Expected values: Python's urllib.parse.unquote and url2pathname.
  it.each([
    ['file:///data/a%20b/i0%231.png', '/data/a b/i0#1.png'],
    ['file://localhost/data/i0.png', '/data/i0.png'],
    ['file:///C:/data/a%20b.png', 'C:/data/a b.png'],
    ['FILE:/data/i0.png', '/data/i0.png'],
    ['file://server/share/i0.png', '//server/share/i0.png'],
    ['file:///data/n%C3%B3dulo.png', '/data/nódulo.png'],
  ])('%s is %s', (written, path) => {
    expect(read(`path,label\n${written},a`).entries[0]?.path).toBe(path);
  });

  it('are found when percent-encoded, and a percent sign in a name is kept', () => {
    const table = read('path,label\na%20b/i%C3%B3.png,A\n100%.png,B\n50%25.png,C\nplain.png,D');
    const label = (path: string) => table.find(path)?.entry.label;
    expect(label('a b/ió.png')).toBe('A');
    expect(label('a%20b/i%C3%B3.png')).toBe('A');
    expect(label('100%.png')).toBe('B');
    expect(label('50%25.png')).toBe('C');
    expect(label('50%.png')).toBe('C');
    expect(label('plain.png')).toBe('D');
  });
});

it('reads ages in years, with a decimal comma, and in the units of DICOM', () => {
  const ages = ['50', '50,5', '50.5', '057Y', '018M', '026W', '12 y', '50,5,5', 'old'].map(
    (age, index) => `i${index};${age}`,
  );
  // PS3.5, 6.2: AS is nnnD, nnnW, nnnM or nnnY. 18 months are 1.5 years, 26 weeks 26 · 7 / 365.25 = 0.498.
  expect(read(`path;age\n${ages.join('\n')}`).entries.map(({ age }) => age)).toEqual([
    50,
    50.5,
    50.5,
    57,
    1.5,
    0.5,
    12,
    null,
    null,
  ]);
});
