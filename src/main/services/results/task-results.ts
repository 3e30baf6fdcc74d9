import { FoveaError } from '#shared/ipc/errors';
import type { BinaryTask, Curves } from '#shared/models/curves';
import type { OperatingMetrics } from '#shared/models/operating-point';
import type { CasePrediction } from '#shared/models/run';
import type { Background } from '../background/background';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';

/** Throws `class_unknown` if a task names a class that the predictions do not have. */
export function checkTask({ positive, negative }: BinaryTask, cases: readonly CasePrediction[]): void {
  const classes = cases[0]?.probabilities.length ?? 0;
  if (Math.max(...positive, ...negative) < classes) return;
  throw new FoveaError('class_unknown', `The model has only ${classes} classes.`);
}

/** Computes the curves of a task over cases, in a background thread. Throws `class_unknown`. */
export async function curvesOf(
  background: Background,
  cases: readonly CasePrediction[],
  task: BinaryTask,
): Promise<Curves> {
  checkTask(task, cases);
  return background(resultTasks.curves, { cases: packCases(cases), task });
}

/** A threshold on a task's score, and a prevalence at which to count its outcomes. */
export interface ThresholdChoice {
  readonly task: BinaryTask;
  readonly threshold: number;
  readonly prevalence: number | null;
}

/** What a threshold decides; null without a case of both groups. Throws `class_unknown`. */
export async function decisionsOf(
  background: Background,
  cases: readonly CasePrediction[],
  choice: ThresholdChoice,
): Promise<OperatingMetrics | null> {
  checkTask(choice.task, cases);
  const { task, threshold, prevalence } = choice;
  return background(resultTasks.operatingMetrics, { cases: packCases(cases), task, threshold, prevalence });
}
