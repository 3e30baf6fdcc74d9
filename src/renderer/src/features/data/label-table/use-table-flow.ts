import { useState } from 'react';
import type { NameChoice } from '#shared/class-names/similar-names';
import type { ColumnMapping, LabelConflict, TableAnswers } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { type Grant, invoke, platform } from '../../../bridge/bridge';
import { showError } from '../../../state/toasts';
import type { Labelling } from '../parts/use-labelling';

export interface TableFlow {
  /** The table being applied; null if there is none. */
  readonly table: Grant | null;
  readonly mapping: ColumnMapping;
  readonly answers: TableAnswers;
  readonly conflicts: LabelConflict;
  readonly classNames: NameChoice;
  readonly busy: boolean;
  readonly choose: () => void;
  readonly setMapping: (mapping: ColumnMapping) => void;
  readonly setAnswers: (answers: TableAnswers) => void;
  readonly setConflicts: (conflicts: LabelConflict) => void;
  readonly setClassNames: (choice: NameChoice) => void;
  readonly apply: () => void;
  readonly close: () => void;
}

/** Applies a label table to the project's images, from choosing the file to one undoable change. */
export function useTableFlow(project: string, labelling: Labelling): TableFlow {
  const [table, setTable] = useState<Grant | null>(null);
  const [mapping, setMapping] = useState<ColumnMapping>({});
  const [answers, setAnswers] = useState<TableAnswers>({});
  const [conflicts, setConflicts] = useState<LabelConflict>('mine');
  const [classNames, setClassNames] = useState<NameChoice>('ask');
  const [busy, setBusy] = useState(false);
  const choose = async () => {
    try {
      const [chosen] = (await platform.pickFiles({ title: 'Choose a label table (CSV or TSV)' })) ?? [];
      if (chosen === undefined) return;
      setMapping({});
      setAnswers({});
      setConflicts('mine');
      setClassNames('ask');
      setTable(chosen);
    } catch (error) {
      showError(error);
    }
  };
  const apply = async () => {
    if (table === null || busy) return;
    setBusy(true);
    const done = await labelling.change(async () => {
      const input = { project, table: table.grant, mapping, answers, conflicts, classNames };
      const { changed } = await invoke('dataset.applyTable', input);
      return `Table applied to ${formatQuantity(changed, 'image')}`;
    });
    setBusy(false);
    // Another table may have been opened meanwhile.
    if (done) setTable((now) => (now === table ? null : now));
  };
  return {
    table,
    mapping,
    answers,
    conflicts,
    classNames,
    busy,
    choose: () => void choose(),
    // Other columns raise other questions.
    setMapping: (columns) => {
      setMapping(columns);
      setAnswers({});
    },
    setAnswers,
    setConflicts,
    setClassNames,
    apply: () => void apply(),
    close: () => setTable(null),
  };
}
