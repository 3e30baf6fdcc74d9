import type { BinaryTask } from '#shared/models/curves';
import { useRequest } from '../../state/requests';
import type { CaseSource } from './use-cases';

/** What a threshold decides on the images of a source; the previous numbers stay until the next ones are there. */
export function useThreshold(
  project: string,
  source: CaseSource,
  choice: { readonly task: BinaryTask; readonly threshold: number; readonly prevalence: number | null } | null,
) {
  const { run, split } = source.kind === 'run' ? source : { run: '', split: 'validation' as const };
  const experiment = source.kind === 'folds' ? source.experiment : '';
  const at = choice ?? { task: { positive: [0], negative: [1] }, threshold: 0, prevalence: null };
  const isRun = source.kind === 'run';
  const enabled = choice !== null;
  const ofRun = useRequest(
    'evaluations.threshold',
    { project, run, split, ...at },
    { enabled: enabled && isRun, keepPrevious: true },
  );
  const ofFolds = useRequest(
    'experiments.threshold',
    { project, experiment, ...at },
    { enabled: enabled && !isRun, keepPrevious: true },
  );
  return isRun ? ofRun : ofFolds;
}
