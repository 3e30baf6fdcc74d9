import { type ChecklistStep, projectChecklist } from '#shared/checklist/project-checklist';
import { isJob } from '#shared/ipc/contract';
import { useActivity } from './activity';
import { useRequest } from './requests';

/** The checklist of a project; null while it loads. */
export function useChecklist(project: string): readonly ChecklistStep[] | null {
  const dataset = useRequest('dataset.summary', { project }, { keepPrevious: true }).data;
  const backbones = useRequest('backbones.list', {}).data?.backbones;
  const runs = useRequest('runs.list', { project }).data?.runs;
  const openings = useRequest('evaluations.openings', { project }).data?.openings;
  const hasPredicted = useActivity(({ jobs }) =>
    Object.values(jobs).some(
      (job) => isJob(job, 'predictions.predict') && job.subject.project === project && job.state === 'done',
    ),
  );
  if (dataset === undefined || backbones === undefined || runs === undefined || openings === undefined) return null;
  return projectChecklist({ dataset, backbones, runs, testOpenings: openings.length, hasPredicted });
}
