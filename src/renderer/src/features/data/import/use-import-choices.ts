import { useState } from 'react';
import type { ImportOptions, ImportPlan } from '#shared/models/dataset';
import { type Grant, platform } from '../../../bridge/bridge';
import { useRequest } from '../../../state/requests';
import { showError } from '../../../state/toasts';
import { useTablePreview } from '../label-table/table-mapper';
import { isAnswered } from '../label-table/table-questions';
import { tryPattern } from './patient-pattern';

const defaultOptions: ImportOptions = {
  labelsFromFolders: true,
  splitsFromFolders: true,
  groupPattern: null,
  copy: false,
  frames: { kind: 'first' },
  columns: {},
  answers: {},
  classNames: 'ask',
};

/** The options of an import, with previews of the table and the pattern. */
export type ImportChoices = ReturnType<typeof useImportChoices>;

/** See `ImportChoices`. */
export function useImportChoices(project: string, plan: ImportPlan) {
  const [options, setOptions] = useState(defaultOptions);
  const [table, setTable] = useState<Grant | null>(null);
  const { groupPattern: pattern, columns, answers, classNames, labelsFromFolders } = options;
  const change = (changes: Partial<ImportOptions>) => setOptions((before) => ({ ...before, ...changes }));

  const patternSample = pattern === null ? null : tryPattern(pattern, plan.examples ?? []);
  const groupPattern = patternSample?.ok === true ? pattern : null;
  const tableInput = { project, plan: plan.id, mapping: columns, answers, groupPattern, classNames };
  const tablePreview = useTablePreview({ ...tableInput, table: table?.grant ?? null });
  const usesPattern = groupPattern !== null && table === null;
  const patternInput = { project, plan: plan.id, groupPattern: groupPattern ?? '', answers };
  const patternQuery = useRequest('dataset.readPattern', patternInput, { keepPrevious: true, enabled: usesPattern });
  const patternPreview = usesPattern ? patternQuery.data : undefined;

  // The import would fail on a table that cannot be read, or on an open question.
  const isTableRead = table === null || tablePreview.data?.blocked === null;
  const questions = [
    ...(table === null ? [] : (tablePreview.data?.questions ?? [])),
    ...(patternPreview?.questions ?? []),
  ];
  const foundNames = table === null ? (labelsFromFolders ? plan.similarNames : []) : tablePreview.data?.similarNames;
  const similarNames = foundNames ?? [];
  const isQuestionOpen = !isAnswered(questions, answers) || (similarNames.length > 0 && classNames === 'ask');

  return {
    options,
    change,
    table,
    chooseTable: async () => {
      try {
        const chosen = await platform.pickFiles({ title: 'Choose a label table (CSV or TSV)' });
        if (chosen?.[0] === undefined) return;
        change({ columns: {}, answers: {} });
        setTable(chosen[0]);
      } catch (error) {
        showError(error);
      }
    },
    dropTable: () => setTable(null),
    /** Input of the table's preview. */
    tableInput,
    /** Pattern matches for some paths of the plan; null without a pattern. */
    patternSample,
    /** Effect of the pattern on all files; undefined if a table is used or there is no pattern. */
    patternPreview,
    /** Class names from the table or the folders that may mean the same class. */
    similarNames,
    isReady: patternSample?.ok !== false && isTableRead && !isQuestionOpen,
    isQuestionOpen,
  };
}
