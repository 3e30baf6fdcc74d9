import type { ColumnMapping, ColumnRole, PatientChanges, TableChanges, TablePreview } from '#shared/models/label-table';
import { patientsText } from '#shared/models/patient-count';
import { delimiterName } from '#shared/tables/delimiter-name';
import { formatCount, formatQuantity } from '#shared/text/number';

/** Names of the roles, in the mapper's order. */
export const roleNames: Readonly<Record<ColumnRole, string>> = {
  path: 'File path',
  label: 'Label',
  reader: 'Reader',
  patient: 'Patient',
  study: 'Study',
  site: 'Site',
  split: 'Split',
  sex: 'Sex',
  age: 'Age',
  accession: 'Accession number',
  series: 'Series UID',
  instance: 'SOP Instance UID',
  date: 'Study date',
};

/**
 * Names every column explicitly, so that a choice is not overridden by detection. A label column replaces the class
 * columns.
 */
export function withColumn(preview: TablePreview, role: ColumnRole, header: string | null): ColumnMapping {
  const classes = preview.classes.length === 0 || (role === 'label' && header !== null) ? null : [...preview.classes];
  return { ...preview.mapping, classes, [role]: header };
}

/** Like `withColumn`, but with one column per class instead of a label column. */
export function withClasses(preview: TablePreview, headers: readonly string[]): ColumnMapping {
  return { ...preview.mapping, label: null, classes: headers.length === 0 ? null : [...headers] };
}

/** "semicolon, UTF-8, 120 rows". */
export function tableFacts({ delimiter, encoding, rows }: TablePreview): string {
  return `${delimiterName(delimiter)}, ${encoding}, ${formatQuantity(rows, 'row')}`;
}

export function matchText(preview: TablePreview, files: string): string {
  return `${formatCount(preview.rowsMatched)} of ${formatQuantity(preview.rows, 'row')} match; ${formatCount(preview.filesMatched)} of ${formatQuantity(preview.files, files)} have a matching row.`;
}

/** “73 patients known now; 71 patients, 4 images without a patient after applying the table.” */
export function patientChangesText({ before, after, unknown }: PatientChanges): string {
  const then = patientsText({ patients: after, withoutPatient: unknown });
  return before === null
    ? `After applying the table: ${then}.`
    : `${formatQuantity(before, 'patient')} known now; ${then} after applying the table.`;
}

/** One line per kind of change, without zero counts. */
export function changeLines(changes: TableChanges): readonly string[] {
  const lines: readonly (readonly [number, string])[] = [
    [changes.newLabels, formatQuantity(changes.newLabels, 'new label')],
    [
      changes.changedLabels,
      `${formatQuantity(changes.changedLabels, 'label')} from folders or an earlier table will change`,
    ],
    [changes.sameLabels, `${formatQuantity(changes.sameLabels, 'label')} will not change`],
    [changes.readings, `${formatQuantity(changes.readings, 'reading')} new or changed`],
    [
      changes.disagreements,
      `${formatQuantity(changes.disagreements, 'image')} with reader disagreement, left without a label`,
    ],
    [changes.patients, `${formatQuantity(changes.patients, 'image')} with a new or changed patient`],
    [changes.studies, `${formatQuantity(changes.studies, 'image')} with a new or changed study`],
    [changes.sites, `${formatQuantity(changes.sites, 'image')} with a new or changed site`],
    [changes.subjects, `${formatQuantity(changes.subjects, 'image')} with a changed sex or age`],
  ];
  return lines.filter(([count]) => count > 0).map(([, text]) => text);
}

/** Whether applying the table changes anything; with `conflicts` = `table`, its labels replace manual ones. */
export function changesAnything(changes: TableChanges, conflicts: 'mine' | 'table'): boolean {
  const { sameLabels: _same, disagreements: _disagreements, conflicts: conflictCount, ...rest } = changes;
  return Object.values(rest).some((count) => count > 0) || (conflicts === 'table' && conflictCount > 0);
}
