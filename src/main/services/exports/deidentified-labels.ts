import { MAX_EXPORTED_AGE } from '#shared/models/deidentified-export';
import { guardPath, toCsv } from '#shared/tables/csv';
import type { ExportFile } from './deidentified-files';

/** Whole years; 90 stands for 90 and older. */
export function toldAge(age: number | null): string {
  if (age === null || !Number.isFinite(age) || age < 0) return '';
  return String(Math.min(Math.floor(age), MAX_EXPORTED_AGE + 1));
}

/** F, M and O as DICOM has them (PS3.3, C.7.1.1); a table may have said it in words. Anything else is left out. */
export function toldSex(sex: string | null): string {
  const text = (sex ?? '').trim().toUpperCase();
  if (text === 'F' || text === 'FEMALE') return 'F';
  if (text === 'M' || text === 'MALE') return 'M';
  return text === 'O' || text === 'OTHER' ? 'O' : '';
}

/** The table of an export, which Fovea's own import reads (see `readLabelTable`), guarded as every table is. */
export function labelsCsv(files: readonly ExportFile[]): string {
  return toCsv({
    columns: ['path', 'label', 'patient', 'split', 'sex', 'age'],
    rows: files.map(({ path, label, pseudonym, split, sex, age }) => [
      guardPath(path),
      label,
      // An empty cell under an id would be asked about: it may be one that a spreadsheet merged.
      pseudonym ?? 'unknown',
      split,
      toldSex(sex),
      toldAge(age),
    ]),
  });
}
