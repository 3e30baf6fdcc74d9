import { FoveaError } from '#shared/ipc/errors';
import type { BinaryTask, Curves } from '#shared/models/curves';
import type { CasePrediction } from '#shared/models/run';
import type { Background } from '../background/background';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';

/** Computes the curves of a task over cases, in a background thread. Throws `class_unknown`. */
export async function curvesOf(
  background: Background,
  cases: readonly CasePrediction[],
  task: BinaryTask,
): Promise<Curves> {
  const classes = cases[0]?.probabilities.length ?? 0;
  if (Math.max(...task.positive, ...task.negative) >= classes) {
    throw new FoveaError('class_unknown', `The model has only ${classes} classes.`);
  }
  return background(resultTasks.curves, { cases: packCases(cases), task });
}
