import type { EngineDevice } from '../../engine/backends/backend';
import { createFrontierSession } from '../../engine/train/create-session';
import { frontierWidth } from '../../engine/train/frontier';
import { frontierModel, frozenBlocks, lowestRateFactor } from '../../engine/train/model';
import type { Sample } from '../core/protocol';
import { checkCancelled } from '../core/request-context';
import type { FeatureRequest } from '../features/extract-features';
import { frontierBatches } from '../features/frontier-batches';
import { type FrontierRows, prepareFrontierRows } from '../features/frontier-rows';
import { withDropout } from '../models/dropout';
import { balanceOf, retryOf, type StageInput, type StageSetup, sessionOptions, startingPart } from './stage-input';

const labelsOf = (samples: readonly Sample[]) => Int32Array.from(samples, ({ label }) => label);

/**
 * Last blocks on their inputs, which the frozen blocks before them compute once for each view. Null, with a note for
 * people, if these cannot be kept: epochs then compute the same views again.
 */
export async function setUpLastBlocks(
  input: StageInput,
  device: EngineDevice,
  views: number,
): Promise<StageSetup | null> {
  const { spec, stage, model, optimizer } = input;
  const { samplingWeights, classWeights } = balanceOf(input);
  const rows = await keptRows(input, device, views);
  if (rows === null) return null;
  const options = {
    ...sessionOptions(input, device),
    classWeights,
    config: withDropout(model.config, spec.config),
    trainable: stage.trainable,
    layerDecay: spec.config.layerDecay,
  };
  const part = optimizer === null ? startingPart(input, device, options.microBatch) : options.microBatch;
  const session = await createFrontierSession({ ...options, part }, model.parameters, optimizer ?? undefined);
  const trained = frontierModel(options.config, options.trainable, options.layerDecay);
  const rest = new Set(trained.groups.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  const frozen = [...model.parameters].filter(([name]) => !rest.has(name));
  return {
    session,
    batches: frontierBatches({
      ...{ rows, views, width: frontierWidth(model.config), batchSize: options.microBatch, retry: retryOf(input) },
      ...{ trainLabels: labelsOf(spec.train), validationLabels: labelsOf(spec.validation) },
    }),
    samplingWeights,
    lowestRateFactor: lowestRateFactor(trained),
    lora: null,
    parameters: async () => new Map([...frozen, ...(await session.parameters())]),
    keptParameters: async () => new Map([...frozen, ...(await session.averagedParameters())]),
    close: async () => {
      rows.close();
      await session.dispose();
    },
  };
}

async function keptRows(input: StageInput, device: EngineDevice, views: number): Promise<FrontierRows | null> {
  const { spec, stage, model, context, onExtracting, note } = input;
  const { config, train, validation } = spec;
  const training = Array.from({ length: views }, (_, view): FeatureRequest => {
    return { samples: train, view: config.augmentation.enabled ? view : 'evaluation' };
  });
  const rows = await prepareFrontierRows([...training, { samples: validation, view: 'evaluation' }], {
    cacheFolder: spec.cacheFolder,
    config: model.config,
    parameters: model.parameters,
    backboneHash: model.hash,
    block: frozenBlocks(model.config, stage.trainable) ?? 0,
    pipeline: spec.pipeline,
    augmentation: config.augmentation,
    seed: config.seed,
    device,
    threads: config.threads,
    batchSize: Math.min(config.batchSize, train.length),
    maximumBytes: config.frontierGigabytes * 1e9,
    retry: retryOf(input),
    onProgress: async (done, total) => {
      onExtracting(done, total);
      await checkCancelled(context);
    },
  });
  if (typeof rows !== 'string') return rows;
  note(`${rows} Every epoch computes all blocks; its views are the same.`);
  return null;
}
