import { expect, it } from 'vitest';
import type { TablePreview } from '#shared/models/label-table';
import { answerOption, columnMapping, describeTable, tableResult } from './table-columns';

it('parses role=header, with commas in headers and an empty value for no column', () => {
  expect(columnMapping('path=File,label=Diagnosis, primary,reader=')).toEqual({
    path: 'File',
    label: 'Diagnosis, primary',
    reader: null,
  });
  expect(columnMapping('age=Alter (Jahre) = x', { path: 'Bild' })).toEqual({ path: 'Bild', age: 'Alter (Jahre) = x' });
  for (const wrong of ['File', 'weight=kg', '', '__proto__=x'])
    expect(() => columnMapping(wrong)).toThrow(/role=header/);
});

it('parses answers, each with one of its values', () => {
  const [, , read] = answerOption;
  expect(read('empty-ids=fill', read('patients=files'))).toEqual({ patients: 'files', 'empty-ids': 'fill' });
  for (const wrong of ['patients', 'patients=', 'patients=yes', 'others=files', '__proto__=files', '=files'])
    expect(() => read(wrong)).toThrow(
      /patients=table\|files, sites=table\|files, rounded-ids=missing\|take, empty-ids=fill\|missing/,
    );
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
      accession: null,
      series: null,
      instance: null,
      date: null,
    },
    sample: [['a.png', 'MUSTERMANN']],
    rows: 1,
    files: 2,
    rowsMatched: 1,
    filesMatched: 1,
    matchedBy: 'path',
    patients: 1,
    patientChanges: null,
    questions: [
      { name: 'patients', text: 'Whose patients?', answers: [{ value: 'files', text: 'Those of the files' }] },
    ],
    classes: [],
    similarNames: [],
    values: {},
    blocked: null,
    problems: ['1 row without a path: left out.'],
    changes: null,
  };
  const text = describeTable(preview);
  expect(text).toContain('1, 1 match a file');
  expect(text).toContain('Note: 1 row without a path');
  expect(text).toContain('Question: Whose patients?\n  --answer patients=files  Those of the files');
  expect(text + JSON.stringify(tableResult(preview))).not.toContain('MUSTERMANN');
});
