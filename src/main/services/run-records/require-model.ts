import { FoveaError } from '#shared/ipc/errors';
import { hasModel } from './run-files';

/** Throws `no_model`. */
export function requireModel(folder: string): void {
  if (hasModel(folder)) return;
  throw new FoveaError('no_model', 'This run has no model yet.', {
    hint: 'Let it finish its first epoch, or choose another run.',
  });
}

/** Throws `run_damaged` where a checkpoint is of other classes than its run. */
export function requireClasses(recorded: readonly string[], found: readonly string[]): void {
  if (recorded.length === found.length && recorded.every((label, index) => label === found[index])) return;
  throw new FoveaError('run_damaged', 'The checkpoint of this run has other classes than its configuration.', {
    hint: 'Restore the run folder from a copy, or train again.',
  });
}
