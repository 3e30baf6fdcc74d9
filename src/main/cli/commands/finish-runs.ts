import { join } from 'node:path';
import type { ErrorInfo } from '#shared/ipc/errors';
import type { ExperimentDetail } from '#shared/models/experiment';
import type { RunSummary } from '#shared/models/run';
import { experimentFolder } from '../../services/project/project-paths';
import type { Outcome } from '../outcome';
import type { Session } from '../session';
import { describeExperiment } from './experiment-text';

/** Waits for all runs of an experiment. Ctrl-C pauses them once the training run has saved its checkpoint. */
export async function finishExperiment(session: Session, project: string, experiment: string): Promise<Outcome> {
  const { services } = session;
  const open = services.projects.get(project);
  const detail = await waitPausing(
    session,
    // From the service, as in `finishRun`.
    () => services.experiments.wait(open, experiment),
    async () => void (await session.request('experiments.pause', { project, experiment })),
  );
  const outcome = experimentOutcome(detail, open.folder);
  const failed = firstFailure(detail.runs);
  if (!session.interrupt.aborted) return failed === null ? outcome : { ...outcome, failure: failed };
  const command = commands[detail.experiment.kind];
  return {
    ...outcome,
    interrupted: true,
    text: `${outcome.text}\nPaused. Resume with: fovea ${command} ${open.folder} --resume ${experiment}`,
  };
}

/** The command that resumes each kind. */
const commands = { sweep: 'sweep', folds: 'cross-validate', leak: 'leak' } as const;

/** The outcome of an experiment for scripts and people. */
export function experimentOutcome(detail: ExperimentDetail, projectFolder: string): Outcome {
  const { experiment, runs, comparison, pooled, leak } = detail;
  const { id, ...rest } = experiment;
  const compared = new Map(comparison?.runs.map((run) => [run.summary.id, run]));
  const members = experiment.members.map((member) => {
    const summary = runs.find((run) => run.id === member.run);
    const run = compared.get(member.run);
    return {
      ...member,
      state: summary?.state ?? 'deleted',
      epochs: summary?.epochsDone ?? 0,
      accuracy: run?.evaluation?.accuracy ?? null,
      macroF1: run?.evaluation?.macroF1 ?? null,
      auc: run?.evaluation?.auc ?? null,
      loss: run?.evaluation?.loss ?? null,
      ...(experiment.kind === 'sweep'
        ? { verdict: run?.verdict ?? 'unmeasured', behindBest: run?.behind ?? null }
        : { images: run?.evaluation?.n ?? null }),
    };
  });
  const sweep = { metric: comparison?.metric ?? null, best: comparison?.best ?? null, notes: comparison?.notes ?? [] };
  return {
    result: {
      ...rest,
      experiment: id,
      members,
      ...(experiment.kind === 'sweep' ? sweep : experiment.kind === 'folds' ? { outOfFold: pooled } : { leak }),
      ...(pooled === null ? {} : { predictions: join(experimentFolder(projectFolder, id), 'predictions.ndjson') }),
    },
    text: describeExperiment(detail),
  };
}

/** Waits for work on several runs. Ctrl-C pauses the runs; the call still waits until they are saved. */
export async function waitPausing<T>(
  { interrupt }: Session,
  work: () => Promise<T>,
  pause: () => Promise<void>,
): Promise<T> {
  const onAbort = () => void pause().catch(() => undefined);
  if (interrupt.aborted) onAbort();
  interrupt.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } finally {
    interrupt.removeEventListener('abort', onAbort);
  }
}

/** The first failed run's error. */
export function firstFailure(runs: readonly RunSummary[]): ErrorInfo | null {
  const run = runs.find(({ state }) => state === 'failed' || state === 'interrupted');
  if (run === undefined) return null;
  const error = run.error ?? { code: 'run_failed', message: 'The run failed.', hint: null };
  return { ...error, message: `Run ${run.id}: ${error.message}` };
}
