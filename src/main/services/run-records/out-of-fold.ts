import { FoveaError } from '#shared/ipc/errors';
import { type RunSample, readSearchState } from './run-files';

/** What validation results of a run with the preset *auto* are. */
export const OUT_OF_FOLD =
  'Out-of-fold predictions: the final model is also trained on these images, so each was predicted by a model of the cross-validation that was trained without it.';

/**
 * Logits [samples, classes] of samples of a search, each by a model that was not trained on it.
 *
 * @throws FoveaError `run_damaged`, `not_evaluated` if the search has not predicted them
 */
export async function readOutOfFold(
  folder: string,
  samples: readonly RunSample[],
  classes: number,
): Promise<Float32Array> {
  const search = await readSearchState(folder);
  const row = new Map(search?.images.map((image, index) => [image, index]));
  const logits = new Float32Array(samples.length * classes);
  for (const [index, { image }] of samples.entries()) {
    const at = row.get(image);
    if (at === undefined || search === null || search.kept === null) {
      throw new FoveaError('not_evaluated', 'The search has not predicted the validation images.', {
        hint: 'Resume the run, or start it again.',
      });
    }
    logits.set(search.kept.logits.slice(at * classes, (at + 1) * classes), index * classes);
  }
  return logits;
}
