import type { KeyRole } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { tableInvalid } from './label-table-errors';
import type { TableDraft } from './table-draft';
import type { TableFindings } from './table-findings';

/** What a row is for, in sentences. */
export const keyNames: Readonly<Record<KeyRole, string>> = {
  path: 'a path',
  instance: 'a SOP Instance UID',
  series: 'a series UID',
  study: 'a study UID',
  accession: 'an accession number',
  patient: 'a patient',
};

/** What of a table's rows is left out or doubtful, one sentence each, without values of a patient. */
export function rowProblems(by: KeyRole, found: TableFindings, drafts: readonly TableDraft[]): string[] {
  const contradictory = drafts.filter((draft) => draft.labels.size > 1).length;
  const twice = drafts.reduce((sum, draft) => sum + draft.changedReadings, 0);
  const severalPatients = drafts.filter((draft) => draft.patients.size > 1).length;
  const problems: string[] = [];
  if (found.withoutPath > 0)
    problems.push(`${formatQuantity(found.withoutPath, 'row')} without ${keyNames[by]}: left out.`);
  if (found.dates > 0) {
    problems.push(
      `${formatQuantity(found.dates, 'row')} whose date is none, or could be two days (as 3/4/2020 can): left out. Write 2020-04-03.`,
    );
  }
  if (found.roundedKeys > 0) {
    problems.push(
      `${formatQuantity(found.roundedKeys, 'row')} whose ${keyNames[by].replace(/^an? /, '')} lost digits (such as 1.23E+06): left out. Format the column as text and save the table again.`,
    );
  }
  if (severalPatients > 0) {
    problems.push(
      `${formatQuantity(severalPatients, 'image')} with different patients in several rows: no patient is taken.`,
    );
  }
  if (contradictory > 0) {
    problems.push(
      `${formatQuantity(contradictory, 'image')} with different labels in rows without a reader: these labels are left out. If they are of several readers, choose the reader column.`,
    );
  }
  if (twice > 0) {
    problems.push(
      `${formatQuantity(twice, 'row')} where a reader says something else of an image again: the later row counts.`,
    );
  }
  if (found.withoutLabel > 0) problems.push(`${formatQuantity(found.withoutLabel, 'row')} with a reader and no label.`);
  if (found.noLabel > 0)
    problems.push(`${formatQuantity(found.noLabel, 'row')} whose label is “NA”, “nan” or the like: read as no label.`);
  if (found.oddMarks > 0) {
    problems.push(
      `${formatQuantity(found.oddMarks, 'row')} with something other than yes or no in a class column: no label is read from ${found.oddMarks === 1 ? 'it' : 'them'}.`,
    );
  }
  if (found.severalMarks > 0)
    problems.push(`${formatQuantity(found.severalMarks, 'row')} with more than one class: no label is read from them.`);
  if (found.unmarked > 0) problems.push(`${formatQuantity(found.unmarked, 'row')} with none of the classes.`);
  if (found.ages > 0)
    problems.push(`${formatQuantity(found.ages, 'row')} whose age is not a number of years: the age is left out.`);
  if (found.unknownParts.size > 0) {
    const list = [...found.unknownParts].slice(0, 5).join('”, “');
    problems.push(`The table names parts that are not train, validation or test: “${list}”. They are left out.`);
  }
  return problems;
}

/** A column with more names than this is hardly the readers': it may be the patients', whose names are not to be kept. */
const MOST_READERS = 50;
const MANY_LABELS = 100;

/**
 * What there is to say of the classes that the rows name. Throws `labels_invalid` where there are more readers, or
 * classes of readers, than can be compared.
 */
export function labelProblems(drafts: readonly TableDraft[]): string[] {
  const people = new Set(drafts.flatMap(({ readings }) => [...readings.keys()]));
  if (people.size > MOST_READERS) {
    throw tableInvalid(
      `The reader column has ${people.size} different names; up to ${MOST_READERS} readers can be kept.`,
      { hint: 'Choose the column that names the readers, or none.' },
    );
  }
  const named = new Set(drafts.flatMap(({ labels, readings }) => [...labels, ...readings.values()]));
  if (named.size <= MANY_LABELS) return [];
  if (people.size > 0) {
    throw tableInvalid(`The readers name ${named.size} different labels; up to ${MANY_LABELS} can be compared.`, {
      hint: 'Choose the column that names the classes, or no reader column.',
    });
  }
  return [`The label column has ${named.size} different values: each becomes a class. Is it the right column?`];
}
