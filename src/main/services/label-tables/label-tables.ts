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
import { nativePath, pathFromUser } from '../../ingest/native-path';
import { pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { addPatientAlias, patientOf, siteNumber, studyNumber } from '../../store/identity';
import { classNumber, setLabel } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { readerNumber, setReading } from '../../store/readings';
import { setFacts } from '../../store/table-facts';
import { noChanges } from '../labels/undo';
import type { OpenProject } from '../project/projects';
import { countClassNames, resolveClassNames } from './class-names';
import { type ImageChange, planTable } from './label-table-changes';
import { type MatchFiles, previewTable } from './label-table-preview';
import { readTableText, type TableText } from './label-table-text';
import { requireAnswers } from './open-questions';
import { type LabelTable, readLabelTable } from './read-label-table';
import type { PatientAlias } from './resolve-patients';

/** Previews label tables and applies them to the images of a project. */
export interface LabelTables {
  /** Throws `labels_invalid`. */
  read(file: string, mapping: ColumnMapping, answers?: TableAnswers): Promise<LabelTable>;
  /**
   * Previews a table's content and effect; writes nothing. `matchFiles` matches it to the files of an import; null matches it
   * to the images of the project. A table that does not identify its images is reported as `blocked`, not as an error.
   * Throws `labels_invalid`.
   */
  preview(
    project: OpenProject,
    matchFiles: MatchFiles | null,
    file: string,
    mapping: ColumnMapping,
    answers?: TableAnswers,
    classNames?: NameChoice,
  ): Promise<TablePreview>;
  /**
   * Applies a table to the images of the project as one undoable action. `conflicts`: which label wins if a person's
   * differs from the table's. Throws `labels_invalid`, `question_open`, `class_names_similar`.
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
  /** Most recently read table, cached because a person tries several mappings of it. */
  let last: { readonly key: string; readonly text: TableText } | null = null;
  const textOf = async (file: string): Promise<TableText> => {
    const info = await stat(nativePath(await pathFromUser(file))).catch(() => null);
    const key = `${file}\u0000${info?.size}\u0000${info?.mtimeMs}`;
    if (last?.key !== key) last = { key, text: await readTableText(file) };
    return last.text;
  };
  const read = async (file: string, mapping: ColumnMapping, answers: TableAnswers = {}) =>
    readLabelTable(await textOf(file), mapping, answers);

  return {
    read,
    async preview(project, matchFiles, file, mapping, answers = {}, classNames = 'ask') {
      return previewTable(project.store, await textOf(file), mapping, answers, matchFiles, classNames);
    },
    async apply(project, file, mapping, conflicts, answers = {}, classNames = 'ask') {
      const written = await read(file, mapping, answers);
      const { store } = project;
      return store.transaction(() => {
        const asWritten = planTable(store, written, answers);
        requireAnswers(asWritten.questions, answers);
        const { spelling, notes } = resolveClassNames(store, countClassNames(asWritten.match.entries, []), classNames);
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

/** Stores patient aliases and returns the keys of the new ones. */
function writeAliases(store: ProjectStore, aliases: readonly PatientAlias[]): string[] {
  return aliases.flatMap(({ name, patient }) =>
    addPatientAlias(store, name, patientOf(store, patient)) ? [name.key] : [],
  );
}

/** Writes a table's changes and returns the previous state. */
function writeChanges(store: ProjectStore, changes: readonly ImageChange[], conflicts: LabelConflict) {
  const before = noChanges();
  const at = new Date().toISOString();
  for (const { before: image, label, conflict, readings, patient, study, site, sex, age } of changes) {
    const { id } = image;
    for (const reading of readings) {
      const reader = readerNumber(store, reading.reader);
      const classId = classNumber(store, reading.label);
      const previous = setReading(store, { image: id, reader, classId }, 'table', at);
      if (previous !== undefined) before.readings.push([id, reader, previous]);
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
