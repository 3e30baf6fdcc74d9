import { expect, it } from 'vitest';
import type { TablePreview } from '#shared/models/label-table';
import { columnMapping, describeTable, tableResult } from './table-columns';

it('reads role=header, with commas in headers, and nothing as no column', () => {
  expect(columnMapping('path=File,label=Diagnosis, primary,reader=')).toEqual({
    path: 'File',
    label: 'Diagnosis, primary',
    reader: null,
  });
  expect(columnMapping('age=Alter (Jahre) = x', { path: 'Bild' })).toEqual({ path: 'Bild', age: 'Alter (Jahre) = x' });
  for (const wrong of ['File', 'weight=kg', '', '__proto__=x'])
    expect(() => columnMapping(wrong)).toThrow(/role=header/);
});

it('describes a table without its rows', () => {
  const preview: TablePreview = {
    encoding: 'UTF-8',
    delimiter: ';',
    headers: ['Bild', 'Fall'],
    mapping: {
      path: 'Bild',
      label: null,
      reader: null,
      patient: 'Fall',
      study: null,
      site: null,
      split: null,
      sex: null,
      age: null,
    },
    sample: [['a.png', 'MUSTERMANN']],
    rows: 1,
    files: 2,
    rowsMatched: 1,
    filesMatched: 1,
    patients: 1,
    classes: [],
    similarNames: [],
    values: {},
    blocked: null,
    problems: ['1 row without a path: left out.'],
    changes: null,
  };
  const text = describeTable(preview);
  expect(text).toContain('1, of which 1 fit a file');
  expect(text).toContain('Note: 1 row without a path');
  expect(text + JSON.stringify(tableResult(preview))).not.toContain('MUSTERMANN');
});
