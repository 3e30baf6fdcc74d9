import type { Pipeline } from '#shared/models/pipeline';
import { pipelineOf } from '#shared/training/run-pipeline';
import type { Recipe } from '#shared/training/search-steps';
import type { TrainSpec } from '../../core/protocol';
import { type LoadedBackbone, loadBackbone } from '../../models/load-backbone';
import type { Model } from '../stage-input';

/** The model that a recipe starts from, and the way its images take to it. */
export interface PreparedRecipe {
  readonly model: Model;
  readonly pipeline: Pipeline;
}

/**
 * Returns a function that prepares recipes. A recipe with another image size has other position embeddings, and one
 * with another fit another pipeline; rasters stay those of the run. The last model is kept.
 */
export function createPreparation(spec: TrainSpec, first: LoadedBackbone): (recipe: Recipe) => Promise<PreparedRecipe> {
  let loaded = first;
  return async (recipe) => {
    const size = recipe.imageSize ?? spec.pipeline.height;
    if (loaded.config.imageSize !== size) {
      loaded = await loadBackbone(spec.backbone, spec.classes, spec.config.seed, size);
    }
    const { canonicalShortSide } = spec.pipeline;
    return { model: loaded, pipeline: { ...pipelineOf(recipe, loaded.preparation), canonicalShortSide } };
  };
}
