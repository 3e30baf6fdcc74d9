import { type ColumnRole, columnRoles } from '#shared/models/label-table';

/** Usual column names, normalised by `simpleName`; if a table has several for one role, the earlier is likelier. */
export const USUAL_NAMES: Readonly<Record<ColumnRole, readonly string[]>> = {
  path: ['path', 'filepath', 'imagepath', 'file', 'filename', 'imagefile', 'imagename', 'image'],
  label: ['label', 'class', 'diagnosis'],
  reader: ['reader', 'rater', 'annotator', 'observer', 'radiologist', 'readerid'],
  patient: ['patient', 'patientid', 'subject', 'subjectid'],
  study: ['study', 'studyid', 'studyinstanceuid', 'studyuid'],
  site: ['site', 'institution', 'hospital', 'centre', 'center', 'institutionname'],
  split: ['split', 'set', 'part', 'partition'],
  sex: ['sex', 'gender', 'patientsex'],
  age: ['age', 'patientage'],
  accession: ['accessionnumber', 'accession', 'accessionno', 'accessionid'],
  series: ['seriesinstanceuid', 'seriesuid', 'series', 'seriesid'],
  instance: ['sopinstanceuid', 'sopuid', 'sopinstance', 'instanceuid', 'sopinstanceid'],
  date: ['studydate', 'examdate', 'examinationdate', 'date'],
};

/** "Patient_ID", "patient\nid" → "patientid"; trailing brackets hold a unit: "Age (years)" → "age". */
export function simpleName(header: string): string {
  const letters = (text: string) => text.replace(/[\s_.:*#\-\u2010-\u2015\p{Cf}]/gu, '');
  const lower = header.normalize('NFKC').toLowerCase();
  return letters(lower.replace(/(?<=\S)\s*[([][^()[\]]*[)\]]\s*$/, '')) || letters(lower);
}

/** Roles of which a line of cells has a usual name. */
export function knownRoles(cells: readonly string[]): Set<ColumnRole> {
  const names = new Set(cells.map(simpleName));
  return new Set(columnRoles.filter((role) => USUAL_NAMES[role].some((name) => names.has(name))));
}
