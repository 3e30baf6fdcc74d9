import { describe, expect, it } from 'vitest';
import type { TableChanges, TablePreview } from '#shared/models/label-table';
import { changeLines, changesAnything, matchText, withColumn } from './table-roles';

const nothing: TableChanges = {
  newLabels: 0,
  changedLabels: 0,
  sameLabels: 0,
  conflicts: 0,
  readings: 0,
  disagreements: 0,
  patients: 0,
  studies: 0,
  sites: 0,
  subjects: 0,
};
const mapping = { path: 'File', label: 'Class', reader: null, patient: null, study: null } as TablePreview['mapping'];

describe('the summary of a table', () => {
  it('leaves out zero counts', () => {
    expect(changeLines({ ...nothing, newLabels: 1, sameLabels: 1200 })).toEqual([
      '1 new label',
      '1,200 labels will not change',
    ]);
  });

  it('is empty unless the table writes something', () => {
    expect(changesAnything({ ...nothing, sameLabels: 3, disagreements: 2 }, 'table')).toBe(false);
    expect(changesAnything({ ...nothing, conflicts: 2 }, 'mine')).toBe(false);
    expect(changesAnything({ ...nothing, conflicts: 2 }, 'table')).toBe(true);
    expect(changesAnything({ ...nothing, sites: 1 }, 'mine')).toBe(true);
  });

  it('keeps all columns when one is chosen', () => {
    expect(withColumn({ mapping, classes: [] as string[] } as TablePreview, 'reader', 'Rater')).toEqual({
      ...mapping,
      classes: null,
      reader: 'Rater',
    });
    expect(matchText({ rowsMatched: 1, rows: 1, filesMatched: 1, files: 2 } as TablePreview, 'file')).toBe(
      '1 of 1 row match; 1 of 2 files have a matching row.',
    );
  });
});
