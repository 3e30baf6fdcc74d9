import { parseIntensity } from '../imaging/intensity-text';
import { pipelineFor } from '../imaging/pipeline';
import { chosen } from '../imaging/preparation';
import type { Pipeline, Preparation } from '../models/pipeline';
import type { RunConfig } from '../models/run-config';

export type PipelineChoices = Pick<RunConfig, 'crop' | 'intensity' | 'fit' | 'interpolation'>;

/** The checkpoint's pipeline with the run's choices. Options left at their default do not change its hash. */
export function pipelineOf(
  { crop, intensity, fit, interpolation }: PipelineChoices,
  preparation: Preparation,
): Pipeline {
  const usual = pipelineFor(chosen(preparation, { fit, interpolation }));
  return {
    ...usual,
    // The schema of the configuration has validated the text.
    intensity: (intensity === undefined ? null : parseIntensity(intensity)) ?? usual.intensity,
    ...(crop === undefined ? {} : { crop }),
  };
}
