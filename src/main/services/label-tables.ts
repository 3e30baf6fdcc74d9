import { stat } from 'node:fs/promises';
import type { NameChoice } from '#shared/class-names/similar-names';
import type { ColumnMapping, LabelConflict, TableChanges, TablePreview, UsedColumns } from '#shared/models/label-table';
import { pushAction } from '../store/actions';
import { appendAudit } from '../store/audit';
import { originNumber, patientNumber, studyNumber } from '../store/identity';
import { classNumber, setLabel } from '../store/labels';
import type { ProjectStore } from '../store/open';
import { readerNumber, setReading } from '../store/readings';
import { setFacts } from '../store/table-facts';
import { namesTakenIn, settleNames } from './class-names';
import type { Events } from './events';
import { type ImageChange, planTable } from './label-table-changes';
import { previewTable } from './label-table-preview';
import { readTableText, type TableText } from './label-table-text';
import { type LabelTable, readLabelTable } from './labels-table';
import type { TableTarget } from './match-table';
import type { OpenProject } from './projects';
import { count } from './splits-warnings';
import { noChanges } from './stored-changes';

/** Label tables: looked at before they are used, and applied to the images that are there. */
export interface LabelTables {
  /** Throws `labels_invalid`. */
  read(file: string, mapping: ColumnMapping): Promise<LabelTable>;
  /**
   * What a table holds and what it would do; writes nothing. `targets`: the files of an import, or null for the images
   * of the project. A table without a path column is `blocked`, not an error. Throws `labels_invalid`.
   */
  preview(
    project: OpenProject,
    targets: readonly TableTarget[] | null,
    file: string,
    mapping: ColumnMapping,
    classNames?: NameChoice,
  ): Promise<TablePreview>;
  /**
   * Applies a table to the images of the project, as one action that can be undone. `conflicts`: whose label stays
   * where a person's and the table's differ. Throws `labels_invalid`, `class_names_similar`.
   */
  apply(
    project: OpenProject,
    file: string,
    mapping: ColumnMapping,
    conflicts: LabelConflict,
    classNames?: NameChoice,
  ): Promise<AppliedTable>;
}

export interface AppliedTable {
  readonly changed: number;
  readonly changes: TableChanges;
  readonly columns: UsedColumns;
  readonly problems: string[];
}

export function createLabelTables(options: { readonly events: Events }): LabelTables {
  /** The table that was read last: a person tries several mappings of one. */
  let last: { readonly key: string; readonly text: TableText } | null = null;
  const textOf = async (file: string): Promise<TableText> => {
    const info = await stat(file).catch(() => null);
    const key = `${file}\u0000${info?.size}\u0000${info?.mtimeMs}`;
    if (last?.key !== key) last = { key, text: await readTableText(file) };
    return last.text;
  };
  const read = async (file: string, mapping: ColumnMapping) => readLabelTable(await textOf(file), mapping);

  return {
    read,
    async preview(project, targets, file, mapping, classNames = 'ask') {
      return previewTable(project.store, await textOf(file), mapping, targets, classNames);
    },
    async apply(project, file, mapping, conflicts, classNames) {
      const written = await read(file, mapping);
      const { store } = project;
      const result = store.transaction(() => {
        const asWritten = planTable(store, written);
        const { spelling, notes } = settleNames(store, namesTakenIn(asWritten.match.entries, []), classNames);
        const table = spelling.size === 0 ? written : written.renamed(spelling);
        const { changes, counts, match } = spelling.size === 0 ? asWritten : planTable(store, table);
        const { columns } = table;
        const problems = [...table.problems, ...match.problems, ...notes];
        const before = writeChanges(store, changes, conflicts);
        const changed = new Set(
          [before.labels, before.readings, before.facts].flatMap((list) => list.map(([id]) => id)),
        ).size;
        if (changed === 0) return { changed, changes: counts, columns, problems };
        pushAction(store, { kind: 'table', description: `Apply a label table to ${count(changed, 'image')}`, before });
        appendAudit(store, 'labels.table', {
          images: changed,
          rows: table.rows,
          rowsMatched: match.rowsMatched,
          ...counts,
          conflictsKept: conflicts,
        });
        return { changed, changes: counts, columns, problems };
      });
      if (result.changed > 0) options.events.emit('project.changed', { project: project.id, what: 'dataset' });
      return result;
    },
  };
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
    const patientId = patient === null ? image.patient : patientNumber(store, patient, 'table');
    setFacts(store, {
      id,
      patient: patientId,
      study: study === null ? image.study : studyNumber(store, study, patientId),
      site: site === null ? image.site : originNumber(store, 'site', site, site),
      sex: sex ?? image.sex,
      age: age ?? image.age,
    });
  }
  return before;
}
