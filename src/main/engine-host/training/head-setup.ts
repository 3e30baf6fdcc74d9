import { FoveaError } from '#shared/ipc/errors';
import { balancedClassWeights } from '#shared/training/plan';
import { searchedPenalties } from '#shared/training/search-steps';
import { headViews } from '#shared/training/stages';
import type { EngineDevice } from '../../engine/backends/backend';
import { createHeadSession } from '../../engine/train/create-session';
import { createLogisticSession, type LogisticSessionOptions } from '../../engine/train/logistic-session';
import { featureWidth } from '../../engine/vit/tokens';
import { type FeatureSet, featureBatches, wholeBatch } from '../batches/batch-source';
import type { Sample } from '../core/protocol';
import { checkCancelled } from '../core/request-context';
import { extractFeatures } from '../features/extract-features';
import { choosePenalty } from './fold-heads';
import { balanceOf, mixingOf, retryOf, type StageInput, type StageSetup, sessionOptions } from './stage-input';

/** Options for a head fitted by logistic regression, with weights in place of sampling and without mixup. */
function logisticOptions(
  { spec: { config }, context }: StageInput,
  given: Pick<LogisticSessionOptions, 'features' | 'classes' | 'classWeights' | 'rowsPerImage' | 'penalty'>,
): LogisticSessionOptions {
  return {
    ...given,
    labelSmoothing: config.labelSmoothing,
    onIteration: async () => {
      await context.yieldToMessages();
      // A pause takes effect at the end, which is near.
      if (context.control() === 'cancel') throw new FoveaError('cancelled', 'The run was cancelled.');
    },
  };
}

/** scikit-learn's default, for data without folds to choose another by. */
const USUAL_PENALTY = 1;

/** The penalty of a logistic regression: that of the run, or the best in a cross-validation of its training images. */
async function penaltyOf({ spec, context, note }: StageInput, train: FeatureSet, width: number): Promise<number> {
  const { config, folds, classes } = spec;
  if (config.headPenalty !== null || folds === undefined) return config.headPenalty ?? USUAL_PENALTY;
  const penalty = await choosePenalty({
    trainOn: train.views,
    predictOn: train.views.slice(0, 1),
    labels: train.labels,
    folds: Int32Array.from(folds.folds.slice(0, train.labels.length)),
    width,
    classes: classes.length,
    penalties: searchedPenalties,
    classWeights: (labels) => (config.classBalance === 'none' ? null : balancedClassWeights(labels, classes.length)),
    labelSmoothing: config.labelSmoothing,
    onIteration: () => checkCancelled(context),
  });
  note(`The penalty C ${penalty} was chosen by cross-validation of the training images, with groups kept together.`);
  return penalty;
}

const isHead = (name: string) => name.startsWith('classifier.');

/** A head alone, on features that the frozen backbone computes once for each view. */
export async function setUpHead(input: StageInput, device: EngineDevice): Promise<StageSetup> {
  const { spec, stage, model, optimizer, context, onExtracting } = input;
  const { samplingWeights, classWeights } = balanceOf(input);
  const options = { ...sessionOptions(input, device), classWeights };
  const width = featureWidth(model.config);
  const views = headViews(spec.config, stage);
  const requests = [
    ...views.map((view) => ({ samples: spec.train, view })),
    { samples: spec.validation, view: 'evaluation' as const },
  ];
  const total = requests.reduce((sum, { samples }) => sum + samples.length, 0);
  const features = await extractFeatures(requests, {
    cacheFolder: spec.cacheFolder,
    config: model.config,
    parameters: model.parameters,
    backboneHash: model.hash,
    pipeline: spec.pipeline,
    augmentation: spec.config.augmentation,
    seed: spec.config.seed,
    device,
    threads: options.threads,
    batchSize: options.microBatch,
    retry: retryOf(input),
    onProgress: async (done) => {
      onExtracting(done, total);
      await checkCancelled(context);
    },
  });
  const labelsOf = (samples: readonly Sample[]) => Int32Array.from(samples, ({ label }) => label);
  const head = new Map([...model.parameters].filter(([name]) => isHead(name)));
  const frozen = [...model.parameters].filter(([name]) => !isHead(name));
  const shape = { features: width, classes: spec.classes.length };
  const train = { views: features.slice(0, views.length), labels: labelsOf(spec.train) };
  const validation = { views: features.slice(views.length), labels: labelsOf(spec.validation) };
  const { session, batches } =
    stage.solver === 'logistic'
      ? {
          session: createLogisticSession(
            logisticOptions(input, {
              ...shape,
              ...{ classWeights, rowsPerImage: views.length },
              penalty: await penaltyOf(input, train, width),
            }),
            head,
            optimizer ?? undefined,
          ),
          batches: wholeBatch(train, validation, width, options.microBatch),
        }
      : {
          session: await createHeadSession({ ...options, ...shape }, head, optimizer ?? undefined),
          batches: featureBatches(train, validation, width, options.microBatch, mixingOf(spec)),
        };
  return {
    session,
    batches,
    samplingWeights,
    lowestRateFactor: 1,
    lora: null,
    parameters: async () => new Map([...frozen, ...(await session.parameters())]),
    keptParameters: async () => new Map([...frozen, ...(await session.averagedParameters())]),
    close: () => session.dispose(),
  };
}
