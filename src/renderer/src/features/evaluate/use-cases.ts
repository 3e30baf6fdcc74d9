import type { RequestInput } from '#shared/ipc/contract';
import { useRequest } from '../../state/requests';

/** Source of the predictions: a run on a split, or all folds of a cross-validation. */
export type CaseSource =
  | { readonly kind: 'run'; readonly run: string; readonly split: 'validation' | 'test' }
  | { readonly kind: 'folds'; readonly experiment: string };

/** Which cases: those of a cell, a bar, or near a threshold. */
export type CaseFilter = Omit<RequestInput<'evaluations.cases'>, 'project' | 'run' | 'split'>;

/** The cases of a source that match a filter. */
export function useCases(
  project: string,
  source: CaseSource,
  filter: CaseFilter,
  { keepPrevious = false }: { readonly keepPrevious?: boolean } = {},
) {
  const { run, split } = source.kind === 'run' ? source : { run: '', split: 'validation' as const };
  const experiment = source.kind === 'folds' ? source.experiment : '';
  const isRun = source.kind === 'run';
  const ofRun = { project, run, split, ...filter };
  const runCases = useRequest('evaluations.cases', ofRun, { enabled: isRun, keepPrevious });
  const ofFolds = { project, experiment, ...filter };
  const foldCases = useRequest('experiments.cases', ofFolds, { enabled: !isRun, keepPrevious });
  return isRun ? runCases : foldCases;
}
