import { useState } from 'react';
import type { NameChoice } from '#shared/class-names/similar-names';
import type { ColumnMapping, LabelConflict, TableAnswers } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { type Grant, invoke, platform } from '../../../bridge/bridge';
import { showError } from '../../../state/toasts';
import type { Labelling } from '../parts/use-labelling';

export interface TableFlow {
  /** The table that is looked at; null while none is. */
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

/** A label table for images that are in the project already: from the file to one change that can be undone. */
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
    // Another one may have been opened meanwhile.
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
    // Other columns ask other questions.
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
