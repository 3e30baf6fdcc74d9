import { FoveaError } from '#shared/ipc/errors';
import { median } from '#shared/statistics/median';

/** A gradient has exploded if its norm exceeds the usual one by this factor … */
export const EXPLOSION_FACTOR = 1e3;
/** … and also exceeds this norm: near the end of training, the usual norm is close to zero. */
export const MIN_EXPLODED_NORM = 100;
/**
 * Consecutive exploded steps, with a loss worse than guessing, before the run ends: a single bad batch is clipped and
 * forgotten.
 */
export const EXPLODED_STEPS = 5;
/** The usual norm is the median of the last norms, once there are enough of them. */
const NORM_WINDOW = 100;
const MIN_NORMS = 20;
/** A run has diverged if its loss exceeds that of guessing by this factor … */
export const DIVERGENCE_FACTOR = 5;
/** … in the median over this many steps: no training recovers from there by itself. */
export const DIVERGENCE_STEPS = 30;
/**
 * Consecutive skipped steps before the run ends. By then the loss scale has fallen from 65536 to a sixteenth, so it
 * cannot be the reason for non-finite gradients.
 */
export const MAX_SKIPPED_STEPS = 20;

const HINT = 'Choose a lower learning rate or a longer warm-up. Saved data is kept.';

export interface HealthWatch {
  /** Checks a step, counted from 1. Throws `diverged` or `gradient_exploded` if the run should end. */
  checkStep(step: number, loss: number, gradientNorm: number): void;
  /**
   * Records a step that half precision skipped because of non-finite gradients. Throws `diverged` after too many in a
   * row.
   */
  checkSkippedStep(step: number): void;
  /** Checks the validation loss: an epoch's final weights may be NaN although its last training loss was finite. */
  checkValidation(epoch: number, loss: number): void;
}

/**
 * Watches the steps of a training.
 *
 * @param chance the loss of guessing
 */
export function watchHealth(chance: number): HealthWatch {
  const norms: number[] = [];
  const losses: number[] = [];
  let exploded = 0;
  let skippedInARow = 0;
  return {
    checkStep(step, loss, gradientNorm) {
      skippedInARow = 0;
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        const what = Number.isFinite(loss) ? 'gradient' : 'loss';
        throw diverged(`The training diverged at step ${step}: the ${what} is not a number.`);
      }
      losses.push(loss);
      if (losses.length > DIVERGENCE_STEPS) losses.shift();
      if (losses.length === DIVERGENCE_STEPS && median(losses) > DIVERGENCE_FACTOR * chance) {
        throw diverged(
          `The training diverged: in the ${DIVERGENCE_STEPS} steps to step ${step} its loss was ${median(losses).toPrecision(3)}; guessing gives ${chance.toFixed(2)}.`,
        );
      }
      const usual = norms.length < MIN_NORMS ? Number.POSITIVE_INFINITY : median(norms);
      if (gradientNorm > EXPLOSION_FACTOR * usual && gradientNorm > MIN_EXPLODED_NORM && loss > chance) {
        exploded += 1;
        if (exploded < EXPLODED_STEPS) return;
        throw new FoveaError(
          'gradient_exploded',
          `The gradients exploded: in the ${EXPLODED_STEPS} steps to step ${step} their norm was over ${EXPLOSION_FACTOR} times the usual value.`,
          { hint: HINT },
        );
      }
      exploded = 0;
      norms.push(gradientNorm);
      if (norms.length > NORM_WINDOW) norms.shift();
    },
    checkSkippedStep(step) {
      skippedInARow += 1;
      if (skippedInARow < MAX_SKIPPED_STEPS) return;
      throw diverged(
        `The training diverged at step ${step}: ${skippedInARow} steps in a row overflowed in half precision.`,
        'Choose the precision fp32, a lower learning rate or a longer warm-up. Saved data is kept.',
      );
    },
    checkValidation(epoch, loss) {
      if (!Number.isFinite(loss)) {
        throw diverged(`The training diverged in epoch ${epoch}: the validation loss is not a number.`);
      }
    },
  };
}

const diverged = (message: string, hint = HINT): FoveaError => new FoveaError('diverged', message, { hint });
