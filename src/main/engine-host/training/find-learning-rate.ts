import { FoveaError } from '#shared/ipc/errors';
import { rateTest, suggestRate, testRates } from '#shared/training/learning-rate-finder';
import { planSteps } from '#shared/training/plan';
import { testLearningRates } from '../../engine/train/rate-test';
import type { RateFinding, RateFindingSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadBackbone } from '../models/load-backbone';
import { setUpStage } from './stage-setup';

/**
 * A learning rate test for the stage that `config.learningRate` is for, from the backbone's weights. Nothing is kept.
 *
 * @throws FoveaError `cancelled`, `rate_not_used`, and what a training throws
 */
export async function findLearningRate(spec: RateFindingSpec, context: RequestContext): Promise<RateFinding> {
  const { config } = spec;
  const { stages } = planSteps(config, spec.train.length);
  // A head that goes first has a rate of its own.
  const index = Math.max(
    0,
    stages.findIndex(({ trainable }) => trainable !== 'head'),
  );
  const stage = stages[index];
  if (stage === undefined || stage.solver === 'logistic') {
    throw new FoveaError('rate_not_used', 'A head by logistic regression takes no learning rate.', {
      hint: 'Choose the optimizer as the solver of the head, or a preset that trains layers.',
    });
  }
  context.progress('reading-backbone', 0, 2 * rateTest.steps);
  const model = await loadBackbone(spec.backbone, spec.classes, config.seed, config.imageSize);
  const setup = await setUpStage({
    spec,
    stage,
    index,
    model,
    optimizer: null,
    context,
    home: null,
    onExtracting: (done, total) => context.progress('computing-features', done, total),
    // A curve has no log; the same steps are computed.
    note: () => {},
  });
  try {
    const points = await testLearningRates({
      seed: config.seed,
      stage,
      trainImages: spec.train.length,
      samplingWeights: setup.samplingWeights,
      session: setup.session,
      batches: setup.batches,
      rates: testRates(rateTest),
      labelSmoothing: config.labelSmoothing,
      onStep: async (done, total) => {
        context.progress('trying-rates', done, total);
        await checkCancelled(context);
      },
    });
    return { stage: stage.name, points, suggestion: suggestRate(points) };
  } finally {
    await setup.close();
  }
}
