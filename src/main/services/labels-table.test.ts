import { describe, expect, it } from 'vitest';
import { patientsByPattern } from './import-pattern';
import { parseLabelTable } from './labels-table';

describe('parseLabelTable', () => {
  it('reads headers in any case and order, with a byte order mark, quotes and Windows line ends', () => {
    const table = parseLabelTable(
      '\ufeffPatient_ID,Label,PATH,Split,Sex,Age\r\nP1,"benign, sure",a\\b.png,Val,F,057Y\r\n,,c.png,,,\r\n',
    );
    expect(table.rows).toEqual([
      { path: 'a/b.png', label: 'benign, sure', patient: 'P1', study: null, split: 'validation', sex: 'F', age: 57 },
      { path: 'c.png', label: null, patient: null, study: null, split: null, sex: null, age: null },
    ]);
    expect(table.warnings).toEqual([]);
  });

  it('reads tabs and semicolons, and names parts it does not know', () => {
    expect(parseLabelTable('file\tclass\nx, y.png\tA').rows[0]).toMatchObject({ path: 'x, y.png', label: 'A' });
    const table = parseLabelTable('path;label;split\nx.png;A;holdout\n__proto__;B;__proto__');
    expect(table.rows.map((row) => row.split)).toEqual([null, null]);
    expect(table.warnings[0]).toContain('holdout');
  });

  it('finds rows by path, by a unique end of it, and without the extension', () => {
    const table = parseLabelTable('path,label\nimages/a/1.png,A\nimages/b/1.png,B\nNÓDULO 7,C\nonly.png,D');
    expect(table.find('images/a/1.png')?.label).toBe('A');
    expect(table.find('b/1.png')?.label).toBe('B');
    expect(table.find('1.png')).toBeUndefined();
    expect(table.find('x/no\u0301dulo 7.dcm')?.label).toBe('C');
    expect(table.find('deep/er/only.png')?.label).toBe('D');
    expect(table.find('nothing.png')).toBeUndefined();
  });

  it('refuses what is not such a table', () => {
    expect(() => parseLabelTable('name,label\na,b')).toThrow(/no column “path”/);
    expect(() => parseLabelTable('path\na')).toThrow(/single column/);
    expect(() => parseLabelTable('')).toThrow(/no column/);
    expect(() => parseLabelTable('path,label\n"a,b')).toThrow(/could not be read/);
  });
});

describe('a hostile label table', () => {
  it('has names of prototypes, control characters and formulas, which are names like others', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '=cmd|calc', '+1', '@SUM(1)', '-2'];
    const table = parseLabelTable(
      `path,label,patient\n${names.map((name) => `${name}.png,${name},${name}`).join('\n')}`,
    );
    expect(table.rows.map(({ label }) => label)).toEqual(names);
    for (const name of names) expect(table.find(`x/${name}.png`)?.label).toBe(name);
    expect(table.find('__proto__')).toBeUndefined();
    const header = parseLabelTable('__proto__,path,label,constructor\nx,a.png,A,y');
    expect(header.rows).toMatchObject([{ path: 'a.png', label: 'A' }]);
    const control = parseLabelTable('path,label\na.png,"be\u0000nign\u0007"\nb.png,\u0000\u0000\nc\u0000.png,C');
    expect(control.rows.map(({ label }) => label)).toEqual(['be nign', null, 'C']);
    expect(control.find('c\u0000.png')?.label).toBe('C');
  });

  it('is refused where it has no line ends, no end of a quote, or nothing but separators', () => {
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
      expect(() => parseLabelTable(text)).toThrow(/could not be read|more than 1000 columns|more than 65,536/);
      expect(performance.now() - started).toBeLessThan(10_000);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 2 ** 20);
    }
  });

  it('of many columns and lines keeps what is ours', () => {
    const before = process.memoryUsage().heapUsed;
    const table = parseLabelTable(`path,label\n${`a.png,A${','.repeat(900)}\n`.repeat(5_000)}`);
    expect(table.rows).toHaveLength(5_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 2 ** 20);
  });

  it('may name a path of any length and depth', () => {
    const deep = `${'a/'.repeat(2000)}x.png`;
    const table = parseLabelTable(`path,label\n${'b'.repeat(50_000)},A\n${deep},B\n\u202e\ud800.png,C`);
    expect(table.rows.map(({ label }) => label)).toEqual(['B', 'C']);
    expect(table.find(deep)?.label).toBe('B');
  });
});

describe('patientsByPattern', () => {
  it('takes the named group, else the first', () => {
    expect(patientsByPattern('(?:(x)|(?<patient>p\\d+))_', ['p12_1.png', 'P3_1.png', 'ä/p7_2.png'])).toEqual([
      'p12',
      null,
      'p7',
    ]);
    expect(patientsByPattern('^([^_]*)_', ['a_1', '_1'])).toEqual(['a', null]);
  });

  it('refuses patterns without a group, broken ones, and ones that never end', () => {
    expect(() => patientsByPattern('p\\d+', ['p1'])).toThrow(/no group/);
    expect(() => patientsByPattern('(', ['p1'])).toThrow(/not a valid/);
    expect(() => patientsByPattern('(a)'.repeat(300), ['p1'])).toThrow(/longer/);
    expect(() => patientsByPattern('((a+)+)$', [`${'a'.repeat(80)}!`])).toThrow(/too long/);
  });
});
