import { FoveaError } from '#shared/ipc/errors';
import { rateTest, suggestRate, testRates } from '#shared/training/learning-rate-finder';
import { planSteps } from '#shared/training/plan';
import { testLearningRates } from '../../engine/train/rate-test';
import type { RateFinding, RateFindingSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadBackbone } from '../models/load-backbone';
import { setUpStage } from './stage-setup';

/**
 * Runs a learning rate test, from the backbone's weights, for the stage that uses `config.learningRate`. Saves nothing.
 *
 * @throws FoveaError `cancelled`, `rate_not_used`, and the errors of a training
 */
export async function findLearningRate(spec: RateFindingSpec, context: RequestContext): Promise<RateFinding> {
  const { config } = spec;
  const { stages } = planSteps(config, spec.train.length);
  // A stage that trains only the head has its own rate.
  const index = Math.max(
    0,
    stages.findIndex(({ trainable }) => trainable !== 'head'),
  );
  const stage = stages[index];
  if (stage === undefined || stage.solver === 'logistic') {
    throw new FoveaError('rate_not_used', 'Logistic regression has no learning rate.', {
      hint: 'Choose the optimizer as the solver of the head, or a preset that trains layers.',
    });
  }
  context.progress('reading-backbone', 0, 2 * rateTest.steps);
  const model = await loadBackbone(spec.backbone, spec.classes, config.seed, spec.pipeline.height);
  const setup = await setUpStage({
    spec,
    stage,
    index,
    model,
    optimizer: null,
    context,
    home: null,
    onExtracting: (done, total) => context.progress('computing-features', done, total),
    // A test has no log, and notes do not change its steps.
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
