import { stat } from 'node:fs/promises';
import type { NameChoice } from '#shared/class-names/similar-names';
import type {
  ColumnMapping,
  LabelConflict,
  TableAnswers,
  TableChanges,
  TablePreview,
  UsedColumns,
} from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { givenPath, nativePath } from '../../ingest/native-path';
import { pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { addPatientAlias, patientOf, siteNumber, studyNumber } from '../../store/identity';
import { classNumber, setLabel } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { readerNumber, setReading } from '../../store/readings';
import { setFacts } from '../../store/table-facts';
import { noChanges } from '../labels/undo';
import type { OpenProject } from '../project/projects';
import { namesTakenIn, settleNames } from './class-names';
import { type ImageChange, planTable } from './label-table-changes';
import { type HoldTable, previewTable } from './label-table-preview';
import { readTableText, type TableText } from './label-table-text';
import { requireAnswers } from './open-questions';
import { type LabelTable, readLabelTable } from './read-label-table';
import type { PatientAlias } from './resolve-patients';

/** Label tables: looked at before they are used, and applied to the images that are there. */
export interface LabelTables {
  /** Throws `labels_invalid`. */
  read(file: string, mapping: ColumnMapping, answers?: TableAnswers): Promise<LabelTable>;
  /**
   * What a table holds and what it would do; writes nothing. `hold`: holds it against the files of an import; null for
   * the images of the project. A table that does not say which images it is of is `blocked`, not an error. Throws
   * `labels_invalid`.
   */
  preview(
    project: OpenProject,
    hold: HoldTable | null,
    file: string,
    mapping: ColumnMapping,
    answers?: TableAnswers,
    classNames?: NameChoice,
  ): Promise<TablePreview>;
  /**
   * Applies a table to the images of the project, as one action that can be undone. `conflicts`: whose label stays
   * where a person's and the table's differ. Throws `labels_invalid`, `question_open`,
   * `class_names_similar`.
   */
  apply(
    project: OpenProject,
    file: string,
    mapping: ColumnMapping,
    conflicts: LabelConflict,
    answers?: TableAnswers,
    classNames?: NameChoice,
  ): Promise<AppliedTable>;
}

export interface AppliedTable {
  readonly changed: number;
  readonly changes: TableChanges;
  readonly columns: UsedColumns;
  readonly problems: string[];
}

export function createLabelTables(): LabelTables {
  /** The table that was read last: a person tries several mappings of one. */
  let last: { readonly key: string; readonly text: TableText } | null = null;
  const textOf = async (file: string): Promise<TableText> => {
    const info = await stat(nativePath(await givenPath(file))).catch(() => null);
    const key = `${file}\u0000${info?.size}\u0000${info?.mtimeMs}`;
    if (last?.key !== key) last = { key, text: await readTableText(file) };
    return last.text;
  };
  const read = async (file: string, mapping: ColumnMapping, answers: TableAnswers = {}) =>
    readLabelTable(await textOf(file), mapping, answers);

  return {
    read,
    async preview(project, hold, file, mapping, answers = {}, classNames = 'ask') {
      return previewTable(project.store, await textOf(file), mapping, answers, hold, classNames);
    },
    async apply(project, file, mapping, conflicts, answers = {}, classNames = 'ask') {
      const written = await read(file, mapping, answers);
      const { store } = project;
      return store.transaction(() => {
        const asWritten = planTable(store, written, answers);
        requireAnswers(asWritten.questions, answers);
        const { spelling, notes } = settleNames(store, namesTakenIn(asWritten.match.entries, []), classNames);
        const table = spelling.size === 0 ? written : written.renamed(spelling);
        const planned = spelling.size === 0 ? asWritten : planTable(store, table, answers);
        const { changes, counts, match } = planned;
        const { columns } = table;
        const problems = [...table.problems, ...planned.problems, ...notes];
        const before = { ...writeChanges(store, changes, conflicts), aliases: writeAliases(store, planned.aliases) };
        const changed = new Set(
          [before.labels, before.readings, before.facts].flatMap((list) => list.map(([id]) => id)),
        ).size;
        if (changed === 0) return { changed, changes: counts, columns, problems };
        pushAction(store, { kind: 'table', description: `label table on ${formatQuantity(changed, 'image')}`, before });
        appendAudit(store, 'labels.table', {
          images: changed,
          rows: table.rows,
          rowsMatched: match.rowsMatched,
          ...counts,
          conflictsKept: conflicts,
        });
        return { changed, changes: counts, columns, problems };
      });
    },
  };
}

/** Keeps other names of patients, and answers with the keys of those that are new. */
function writeAliases(store: ProjectStore, aliases: readonly PatientAlias[]): string[] {
  return aliases.flatMap(({ name, of }) => (addPatientAlias(store, name, patientOf(store, of)) ? [name.key] : []));
}

/** Writes what a table changes and answers with the state before. */
function writeChanges(store: ProjectStore, changes: readonly ImageChange[], conflicts: LabelConflict) {
  const before = noChanges();
  const at = new Date().toISOString();
  for (const { before: image, label, conflict, readings, patient, study, site, sex, age } of changes) {
    const { id } = image;
    for (const reading of readings) {
      const reader = readerNumber(store, reading.reader);
      const classId = classNumber(store, reading.label);
      const said = setReading(store, { image: id, reader, classId }, 'table', at);
      if (said !== undefined) before.readings.push([id, reader, said]);
    }
    if (label !== null && (!conflict || conflicts === 'table')) {
      if (setLabel(store, id, classNumber(store, label), 'table', at)) before.labels.push([id, image.label]);
    }
    if (patient === null && study === null && site === null && sex === null && age === null) continue;
    before.facts.push([id, image.patient, image.study, image.site, image.sex, image.age]);
    const patientId = patient === null ? image.patient : patientOf(store, patient);
    setFacts(store, {
      id,
      patient: patientId,
      study: study === null ? image.study : studyNumber(store, study, patientId),
      site: site === null ? image.site : siteNumber(store, site),
      sex: sex ?? image.sex,
      age: age ?? image.age,
    });
  }
  return before;
}
