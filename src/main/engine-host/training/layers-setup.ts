import { type LoraSettings, loraOf } from '#shared/training/lora';
import type { EngineDevice } from '../../engine/backends/backend';
import type { NamedTensors } from '../../engine/tensor';
import { createTrainingSession } from '../../engine/train/create-session';
import { lowestRateFactor, vitModel } from '../../engine/train/model';
import { initialiseParameters } from '../../engine/vit/initialise';
import { loraGroups, mergeAdapters } from '../../engine/vit/lora';
import { imageBatches } from '../batches/batch-source';
import { createLoader } from '../batches/loader';
import { withDropout } from '../models/dropout';
import {
  balanceOf,
  type Model,
  mixingOf,
  retryOf,
  type StageInput,
  type StageSetup,
  sessionOptions,
  startingPart,
} from './stage-input';

/**
 * Layers, on augmented views of the images.
 *
 * @param views number of views that epochs cycle through; 0 = new ones in every epoch
 */
export async function setUpLayers(input: StageInput, device: EngineDevice, views = 0): Promise<StageSetup> {
  const { spec, stage, model, optimizer } = input;
  const { config } = spec;
  const { samplingWeights, classWeights } = balanceOf(input);
  const options = {
    ...sessionOptions(input, device),
    classWeights,
    config: withDropout(model.config, config),
    trainable: stage.trainable,
    layerDecay: config.layerDecay,
    lora: loraOf(config),
  };
  const part = optimizer === null ? startingPart(input, device, options.microBatch) : options.microBatch;
  const lora = stage.trainable === 'lora' ? options.lora : null;
  const parameters = lora === null ? model.parameters : withAdapters(model, lora, config.seed);
  const session = await createTrainingSession({ ...options, part }, parameters, optimizer ?? undefined);
  const loader = createLoader(
    { pipeline: spec.pipeline, augmentation: config.augmentation, seed: config.seed },
    { retry: retryOf(input) },
  );
  return {
    session,
    batches: imageBatches(loader, spec.train, spec.validation, options.microBatch, mixingOf(spec), views),
    samplingWeights,
    lowestRateFactor: lowestRateFactor(vitModel(options.config, options.trainable, options.layerDecay, options.lora)),
    lora,
    parameters: () => session.parameters(),
    keptParameters: async () => {
      const kept = await session.averagedParameters();
      return lora === null ? kept : mergeAdapters(model.config, lora, kept);
    },
    close: async () => {
      await loader.close();
      await session.dispose();
    },
  };
}

/** Adds new adapters to a model without any. */
function withAdapters({ config, parameters }: Model, lora: LoraSettings, seed: number): NamedTensors {
  const specs = loraGroups(config, lora).flatMap((group) => group.parameters);
  return new Map([...initialiseParameters(specs, seed), ...parameters]);
}
