import { recordHash } from '#shared/imaging/pipeline';
import type { RunConfig } from '#shared/models/run-config';
import type { Sample, TrainSpec } from '../core/protocol';

/**
 * Hash of everything that determines the weights. Device, threads, disk space and settings of evaluations are left out: a
 * run may continue on another machine.
 */
export function runHash(spec: TrainSpec): string {
  const {
    device: _device,
    threads: _threads,
    evaluationBatchSize: _evaluation,
    testTimeViews: _views,
    frontierGigabytes: _disk,
    ...decisive
  } = spec.config;
  // Without a logistic regression its penalty decides nothing.
  const isLogistic = decisive.headSolver === 'logistic';
  const config = withoutLaterDefaults(isLogistic ? decisive : { ...decisive, headPenalty: 1 });
  const images = (samples: readonly Sample[]) => samples.map(({ image, label }) => [image, label]);
  return recordHash({
    config,
    classes: spec.classes,
    pipeline: spec.pipeline,
    train: images(spec.train),
    validation: images(spec.validation),
  });
}

/** Settings added later, at the values that match the earlier behaviour: left out, so that older checkpoints match. */
const laterDefaults: Partial<RunConfig> = {
  imageSize: null,
  warmupSteps: null,
  scheduleFactor: 0.1,
  stepEpochs: 10,
  plateauPatience: 5,
  optimizer: 'adamw',
  momentum: 0.9,
  headEpochs: 10,
  stageEpochs: 5,
  headLearningRate: null,
  layerDecay: 1,
  earlyStoppingDelta: 0,
  dropout: null,
  attentionDropout: null,
  dropPath: null,
  patchDropout: 0,
  mixup: 0,
  featureViews: 0,
  emaDecay: null,
  headSolver: 'optimizer',
  headPenalty: 1,
  loraRank: 8,
  loraAlpha: 16,
  loraTargets: 'query-value',
  precision: 'fp32',
  minutes: 15,
  lastBlocks: 2,
  frontierViews: null,
};

function withoutLaterDefaults(config: Partial<RunConfig>): Partial<RunConfig> {
  const entries = Object.entries(config).filter(
    ([key, value]) => !(key in laterDefaults && laterDefaults[key as keyof RunConfig] === value),
  );
  return Object.fromEntries(entries);
}
