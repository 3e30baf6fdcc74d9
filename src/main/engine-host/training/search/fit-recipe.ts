import { planSteps, type StagePlan } from '#shared/training/plan';
import type { NamedTensors } from '../../../engine/tensor';
import { initialLoopState, nextStage } from '../../../engine/train/checkpoint';
import { runTrainingLoop } from '../../../engine/train/loop';
import { memoryMB } from '../../core/device';
import type { RequestContext } from '../../core/request-context';
import type { Model, StagedSpec } from '../stage-input';
import { setUpStage } from '../stage-setup';
import { loopData } from '../train-stage';

export interface FitInput {
  /** `config` is the recipe, `validation` the images to predict. */
  readonly spec: StagedSpec;
  readonly model: Model;
  readonly context: RequestContext;
  readonly home: string;
  /** Images of the epoch, or views of an extraction, that are done. */
  onProgress(what: 'features' | 'epochs', done: number, total: number): void;
}

export type Fit =
  | { readonly state: 'paused' | 'stopped' }
  | {
      readonly state: 'finished';
      readonly parameters: NamedTensors;
      /** [validation images, classes] */
      readonly logits: Float32Array;
      readonly trainLoss: number;
    };

/** Trains a model by a recipe, to the end of its last epoch, in memory. Nothing is chosen by the validation images. */
export async function fitRecipe({ spec, model: first, context, home, onProgress }: FitInput): Promise<Fit> {
  const plan = planSteps(spec.config, spec.train.length);
  const images = spec.train.length;
  let state = initialLoopState;
  let model = first;
  for (const [index, stage] of plan.stages.entries()) {
    const setup = await setUpStage({
      ...{ spec, stage, index, model, context, home },
      optimizer: null,
      onExtracting: (done, total) => onProgress('features', done, total),
      note: () => {},
    });
    try {
      const { state: ended, loop } = await runTrainingLoop({
        ...loopData({ spec, plan }, stage),
        session: setup.session,
        batches: setup.batches,
        samplingWeights: setup.samplingWeights,
        lowestRateFactor: setup.lowestRateFactor,
        state,
        saveBest: async () => {},
        saveLast: async () => {},
        log: () => {},
        progress: ({ epoch }) => onProgress('epochs', Math.round(epoch * images), plan.epochs * images),
        control: () => context.control(),
        yieldToMessages: () => context.yieldToMessages(),
        now: () => performance.now(),
        memoryMB,
      });
      if (ended !== 'finished') return { state: ended };
      if (index === plan.stages.length - 1) {
        const logits = await predict(setup, spec.validation.length * spec.classes.length);
        return {
          state: 'finished',
          parameters: await setup.keptParameters(),
          logits,
          trainLoss: loop.history.at(-1)?.trainLoss ?? Number.NaN,
        };
      }
      model = { ...model, parameters: await setup.parameters() };
      state = nextStage(loop);
    } finally {
      await setup.close();
    }
  }
  throw new Error(`a recipe has no stages: ${describe(plan.stages)}`);
}

const describe = (stages: readonly StagePlan[]): string => stages.map(({ name }) => name).join(', ');

async function predict(
  { session, batches }: Pick<Awaited<ReturnType<typeof setUpStage>>, 'session' | 'batches'>,
  size: number,
): Promise<Float32Array> {
  const logits = new Float32Array(size);
  let at = 0;
  for await (const { pixels, count } of batches.validation()) {
    const rows = await session.logits(pixels, count);
    logits.set(rows, at);
    at += rows.length;
  }
  return logits;
}
