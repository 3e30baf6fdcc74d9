import type { RunConfig } from '#shared/models/run-config';
import { loraOf } from '#shared/training/lora';
import { frontierViewsOf, headViews, type Stage, stagesOf } from '#shared/training/stages';
import { vitModel } from '../../engine/train/model';
import type { VitConfig } from '../../engine/vit/config';
import { parameterCount, parameterGroups } from '../../engine/vit/parameters';
import { requirePrecision } from '../core/device';
import type { Estimate, EstimateSpec } from '../core/protocol';
import { frontierRowBytes } from '../features/frontier-rows';
import { describeBackbone } from '../models/load-backbone';
import { estimateMemoryMB, memoryOptions } from './memory';
import { estimateSeconds } from './speed';

/**
 * Estimates a run's time and memory from its configuration and a short benchmark of the device.
 *
 * @throws FoveaError `device_unavailable`, `precision_unavailable`, and the errors of `describeBackbone`
 */
export async function estimate(spec: EstimateSpec): Promise<Estimate> {
  const { config: run } = spec;
  const device = await requirePrecision(run);
  const backbone = await describeBackbone(spec.backbone, spec.classes, run.imageSize);
  const groups = parameterGroups(backbone.config);
  const stages = stagesOf(run);
  const lora = loraOf(run);
  const stageParameters = stages.map(({ trainable }) =>
    parameterCount(vitModel(backbone.config, trainable, 1, lora).trainable),
  );
  const microBatch = Math.max(1, Math.min(run.batchSize, spec.trainImages));
  const seconds = await estimateSeconds(
    {
      config: backbone.config,
      run,
      stages,
      trainImages: spec.trainImages,
      validationImages: spec.validationImages,
    },
    device,
    run.threads,
  );
  return {
    parameters: parameterCount(groups),
    trainableParameters: Math.max(...stageParameters),
    stageParameters,
    memoryMB: Math.max(
      ...stages.map((stage) =>
        estimateMemoryMB(
          memoryOptions(backbone.config, run, stage, { microBatch, device, views: keptViews(run, stage, spec) }),
        ),
      ),
    ),
    diskBytes: Math.max(...stages.map((stage) => frontierBytes(backbone.config, run, stage, spec))),
    seconds: run.preset === 'auto' ? searchSeconds(run, seconds) : seconds,
    preparation: backbone.preparation,
    preparationFile: backbone.preparationFile,
    pretrained: backbone.pretrained,
    head: backbone.head,
    notes: backbone.notes,
    hash: backbone.hash,
  };
}

/** Bytes on disk of the inputs of last blocks. */
function frontierBytes(
  config: VitConfig,
  run: RunConfig,
  stage: Stage,
  { trainImages, validationImages }: EstimateSpec,
): number {
  const views = frontierViewsOf(run, stage);
  return views === 0 ? 0 : (views * trainImages + validationImages) * frontierRowBytes(config);
}

/** Rows of features in memory. Logistic regression keeps a second, contiguous copy of the training features. */
function keptViews(run: RunConfig, stage: Stage, { trainImages, validationImages }: EstimateSpec): number {
  const training = headViews(run, stage).length * trainImages;
  return validationImages + (stage.solver === 'logistic' ? 2 : 1) * training;
}

/** A search uses its time, or longer if its first step, the features of all images, does not fit. */
const searchSeconds = ({ minutes }: RunConfig, firstStep: number | null): number =>
  Math.max(60 * minutes, firstStep ?? 0);
