import { FoveaError } from '#shared/ipc/errors';
import { median } from '#shared/statistics/median';

/** A gradient so many times longer than the usual one … */
const EXPLODED = 1e3;
/** … and longer than this, whatever was usual: near the end of a training, the usual one is next to nothing. */
const LONG = 100;
/** For so many steps in a row, with a loss worse than guessing: one bad batch is clipped and forgotten. */
const STEPS = 5;
/** What is usual is the median of the last norms, once there are enough. */
const NORMS = 100;
const FEWEST_NORMS = 20;
/** A loss so many times that of guessing … */
const LOST = 5;
/** … in the median of so many steps: from there no training comes back by itself. */
const LOST_STEPS = 30;
/** The loss scale has gone from 65536 to a sixteenth by then: it is not what keeps gradients from being finite. */
export const MAXIMUM_SKIPPED = 20;

const HINT = 'Choose a lower learning rate or a longer warm-up. Saved data is kept.';

export interface HealthWatch {
  /** Throws `diverged` or `gradient_exploded` where the run should end. `step` counts from 1. */
  look(step: number, loss: number, gradientNorm: number): void;
  /** A step that half precision left out, for its gradients were not finite. Throws `diverged` after too many in a row. */
  lookAtSkipped(step: number): void;
  /** The weights that an epoch ended with may be none any more, though its last loss was a number. */
  lookAtValidation(epoch: number, loss: number): void;
}

/** Watches the steps of a training. `chance`: the loss of guessing. */
export function watchHealth(chance: number): HealthWatch {
  const norms: number[] = [];
  const losses: number[] = [];
  let exploded = 0;
  let skippedInARow = 0;
  return {
    look(step, loss, gradientNorm) {
      skippedInARow = 0;
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        const what = Number.isFinite(loss) ? 'gradient' : 'loss';
        throw diverged(`The training diverged at step ${step}: the ${what} is not a number.`);
      }
      losses.push(loss);
      if (losses.length > LOST_STEPS) losses.shift();
      if (losses.length === LOST_STEPS && median(losses) > LOST * chance) {
        throw diverged(
          `The training diverged: in the ${LOST_STEPS} steps to step ${step} its loss was ${median(losses).toPrecision(3)}; guessing gives ${chance.toFixed(2)}.`,
        );
      }
      const usual = norms.length < FEWEST_NORMS ? Number.POSITIVE_INFINITY : median(norms);
      if (gradientNorm > EXPLODED * usual && gradientNorm > LONG && loss > chance) {
        exploded += 1;
        if (exploded < STEPS) return;
        throw new FoveaError(
          'gradient_exploded',
          `The gradients exploded: in the ${STEPS} steps to step ${step} their norm was over ${EXPLODED} times the usual value.`,
          { hint: HINT },
        );
      }
      exploded = 0;
      norms.push(gradientNorm);
      if (norms.length > NORMS) norms.shift();
    },
    lookAtSkipped(step) {
      skippedInARow += 1;
      if (skippedInARow < MAXIMUM_SKIPPED) return;
      throw diverged(
        `The training diverged at step ${step}: ${skippedInARow} steps in a row overflowed in half precision.`,
        'Choose the precision fp32, a lower learning rate or a longer warm-up. Saved data is kept.',
      );
    },
    lookAtValidation(epoch, loss) {
      if (!Number.isFinite(loss)) {
        throw diverged(`The training diverged in epoch ${epoch}: the validation loss is not a number.`);
      }
    },
  };
}

const diverged = (message: string, hint = HINT): FoveaError => new FoveaError('diverged', message, { hint });
