import { MAX_EXPORTED_AGE } from '#shared/models/deidentified-export';
import { guardPath, toCsv } from '#shared/tables/csv';
import type { ExportFile } from './deidentified-files';

/** Age in whole years; 90 means 90 and older. */
export function exportedAge(age: number | null): string {
  if (age === null || !Number.isFinite(age) || age < 0) return '';
  return String(Math.min(Math.floor(age), MAX_EXPORTED_AGE + 1));
}

/** F, M or O as in DICOM (PS3.3, C.7.1.1), also from the words of a table. Other values are left out. */
export function exportedSex(sex: string | null): string {
  const text = (sex ?? '').trim().toUpperCase();
  if (text === 'F' || text === 'FEMALE') return 'F';
  if (text === 'M' || text === 'MALE') return 'M';
  return text === 'O' || text === 'OTHER' ? 'O' : '';
}

/** The label table of an export, which Fovea can import (see `readLabelTable`), guarded against formulas. */
export function labelsCsv(files: readonly ExportFile[]): string {
  return toCsv({
    columns: ['path', 'label', 'patient', 'split', 'sex', 'age'],
    rows: files.map(({ path, label, pseudonym, split, sex, age }) => [
      guardPath(path),
      label,
      // An empty cell below an id would raise a question at import: it may be a merged cell of a spreadsheet.
      pseudonym ?? 'unknown',
      split,
      exportedSex(sex),
      exportedAge(age),
    ]),
  });
}
