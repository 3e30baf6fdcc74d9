import type { KeyRole } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { tableInvalid } from './label-table-errors';
import type { TableDraft } from './table-draft';
import type { TableFindings } from './table-findings';

/** Names of keys for use in sentences. */
export const keyNames: Readonly<Record<KeyRole, string>> = {
  path: 'a path',
  instance: 'a SOP Instance UID',
  series: 'a series UID',
  study: 'a study UID',
  accession: 'an accession number',
  patient: 'a patient',
};

/** Sentences about skipped or doubtful rows, without patient data. */
export function rowProblems(by: KeyRole, found: TableFindings, drafts: readonly TableDraft[]): string[] {
  const contradictory = drafts.filter((draft) => draft.labels.size > 1).length;
  const twice = drafts.reduce((sum, draft) => sum + draft.changedReadings, 0);
  const severalPatients = drafts.filter((draft) => draft.patients.size > 1).length;
  const problems: string[] = [];
  if (found.withoutPath > 0)
    problems.push(`${formatQuantity(found.withoutPath, 'row')} without ${keyNames[by]} skipped.`);
  if (found.dates > 0) {
    problems.push(
      `${formatQuantity(found.dates, 'row')} with an invalid or ambiguous date (such as 3/4/2020) skipped. Write dates as 2020-04-03.`,
    );
  }
  if (found.roundedKeys > 0) {
    problems.push(
      `${formatQuantity(found.roundedKeys, 'row')} whose ${keyNames[by].replace(/^an? /, '')} lost digits (such as 1.23E+06) skipped. Format the column as text and save the table again.`,
    );
  }
  if (found.roundedStudies > 0) {
    problems.push(
      `${formatQuantity(found.roundedStudies, 'row')} whose study lost digits (such as 1.23E+06): the study is ignored. Format the column as text and save the table again.`,
    );
  }
  if (severalPatients > 0) {
    problems.push(
      `${formatQuantity(severalPatients, 'image')} with different patients in several rows: no patient is used.`,
    );
  }
  if (contradictory > 0) {
    problems.push(
      `${formatQuantity(contradictory, 'image')} with different labels in rows without a reader: these labels are ignored. If they come from several readers, choose the reader column.`,
    );
  }
  if (twice > 0) {
    problems.push(
      `${formatQuantity(twice, 'row')} with a second, different reading by the same reader: the later row counts.`,
    );
  }
  if (found.withoutLabel > 0) problems.push(`${formatQuantity(found.withoutLabel, 'row')} with a reader and no label.`);
  if (found.noLabel > 0)
    problems.push(
      `${formatQuantity(found.noLabel, 'row')} with “NA”, “nan” or similar as the label: read as no label.`,
    );
  if (found.noReader > 0)
    problems.push(
      `${formatQuantity(found.noReader, 'row')} with “NA”, “unknown” or similar as the reader: read as no reader.`,
    );
  if (found.readerSpellings > 0)
    problems.push(
      `${formatQuantity(found.readerSpellings, 'reader')} written in several ways (blanks, case): each is treated as one reader.`,
    );
  if (found.oddMarks > 0) {
    problems.push(
      `${formatQuantity(found.oddMarks, 'row')} with a value other than yes or no in a class column: no label is read from ${found.oddMarks === 1 ? 'it' : 'them'}.`,
    );
  }
  if (found.severalMarks > 0)
    problems.push(`${formatQuantity(found.severalMarks, 'row')} with more than one class: no label is read from them.`);
  if (found.unmarked > 0) problems.push(`${formatQuantity(found.unmarked, 'row')} with no class marked.`);
  if (found.sexes > 0)
    problems.push(
      `${formatQuantity(found.sexes, 'row')} with a sex other than M, F or O (or words such as “female”): the sex is ignored.`,
    );
  if (found.ages > 0)
    problems.push(
      `${formatQuantity(found.ages, 'row')} with an age that is not a number of years from 0 to 130: the age is ignored.`,
    );
  if (found.unknownSplits.size > 0) {
    const list = [...found.unknownSplits].slice(0, 5).join('”, “');
    problems.push(`The table contains splits other than train, validation and test: “${list}”. They are ignored.`);
  }
  return problems;
}

/** A column with more names is unlikely to be the readers': it may hold patients, whose names must not be stored. */
export const MAX_READERS = 50;
const MANY_LABELS = 100;

/**
 * Sentences about the classes that the rows name. Throws `labels_invalid` if there are more readers, or classes named
 * by readers, than can be compared.
 */
export function labelProblems(drafts: readonly TableDraft[]): string[] {
  const people = new Set(drafts.flatMap(({ readings }) => [...readings.keys()]));
  if (people.size > MAX_READERS) {
    throw tableInvalid(`The reader column has ${people.size} different names; the limit is ${MAX_READERS} readers.`, {
      hint: 'Choose the column with the readers, or none.',
    });
  }
  const named = new Set(drafts.flatMap(({ labels, readings }) => [...labels, ...readings.values()]));
  if (named.size <= MANY_LABELS) return [];
  if (people.size > 0) {
    throw tableInvalid(`The readers name ${named.size} different labels; the limit is ${MANY_LABELS}.`, {
      hint: 'Choose the column with the classes, or no reader column.',
    });
  }
  return [
    `The label column has ${named.size} different values, and each becomes a class. Check that it is the right column.`,
  ];
}
