import type { ErrorInfo } from '../ipc/errors';
import type { Diagnosis, Offer } from '../models/diagnosis';
import type { EpochRecord } from '../models/run';
import { MAX_ACCUMULATION, type RunConfig } from '../models/run-config';
import { chanceLoss, isNotLearning } from './chance-loss';
import { higherRate, lowerRate } from './learning-rate-list';
import { planSteps } from './plan';
import { defaultHeadLearningRate } from './stages';

/** The facts about a run that a diagnosis draws on. */
export interface Evidence {
  /** `learningRate` is resolved. */
  readonly config: RunConfig;
  /** Training images of each class. */
  readonly trainCounts: readonly number[];
  /** Why the run ended, unless it ended well. */
  readonly error: ErrorInfo | null;
  /** The stage that the run trained last, from 0. */
  readonly stage: number;
  readonly epochs: readonly EpochRecord[];
}

/** Longest warm-up to propose, as a share of all steps. */
const MAX_WARMUP_RATIO = 0.3;

/**
 * Diagnoses a run as the guide's troubleshooting list does, in its order: out of memory, poor convergence, and what to
 * try. Null if nothing is wrong.
 */
export function diagnose(evidence: Evidence): Diagnosis | null {
  const { error } = evidence;
  if (error !== null && ranOutOfMemory(error)) {
    return {
      code: 'out-of-memory',
      title: 'Out of memory',
      text: `${error.message} Saved data is kept.`,
      offers: memoryOffers(evidence.config),
    };
  }
  if (error?.code === 'diverged' || error?.code === 'gradient_exploded') {
    return {
      code: error.code === 'diverged' ? 'diverged' : 'gradient-exploded',
      title: 'The run was stopped',
      text: `${error.message} Saved data is kept. The same settings would fail at the same step.`,
      offers: [...stabilisingOffers(evidence), checkDataOffer],
    };
  }
  const plan = planSteps(
    evidence.config,
    evidence.trainCounts.reduce((sum, count) => sum + count, 0),
  );
  const chance = chanceLoss(evidence.trainCounts, evidence.config);
  if (!isNotLearning(evidence.epochs, plan, chance)) return null;
  return {
    code: 'not-learning',
    title: 'The run does not learn',
    text: `The training loss stays at ${chance.toFixed(3)}, the value for guessing.`,
    offers: [...strongerOffers(evidence), checkDataOffer],
  };
}

/**
 * Exit reasons of processes and messages of runtimes on running out of memory: see `process/exit-reason` and
 * `engine/backends`.
 */
const ranOutOfMemory = ({ code, message }: ErrorInfo): boolean =>
  code === 'out-of-memory' || (code === 'engine_crashed' && /memory|allocation/.test(message));

const checkDataOffer: Offer = {
  title: 'Check the data',
  text: 'Check labels, duplicates and unusual images. Wrong labels and damaged images keep a model from learning.',
  settings: null,
};

function memoryOffers({ batchSize, gradientAccumulation, preset }: RunConfig): Offer[] {
  const offers: Offer[] = [];
  if (batchSize > 1 && gradientAccumulation * 2 <= MAX_ACCUMULATION) {
    const settings = { batchSize: Math.floor(batchSize / 2), gradientAccumulation: gradientAccumulation * 2 };
    offers.push({
      title: `Batches of ${settings.batchSize}, accumulation ${settings.gradientAccumulation}`,
      text: 'Half the batch size with twice the accumulation: the same training with less memory.',
      settings,
    });
  }
  if (preset !== 'quick') {
    offers.push({
      title: 'Train the head only',
      text: 'The preset “quick” computes features once and trains on them, so it needs no memory for backbone gradients.',
      // Each preset has its own default rate.
      settings: { preset: 'quick', learningRate: null },
    });
  }
  return offers;
}

/** The setting that holds the learning rate of the last stage, and its value. */
function activeRate({ config, stage }: Evidence): { readonly key: string; readonly rate: number } {
  const ofHead = stage === 0 && (config.preset === 'careful' || config.preset === 'gradual');
  if (ofHead) {
    return { key: 'headLearningRate', rate: config.headLearningRate ?? defaultHeadLearningRate(config.optimizer) };
  }
  return { key: 'learningRate', rate: config.learningRate ?? 0 };
}

const rateText = (rate: number): string => (rate >= 0.001 ? String(rate) : rate.toExponential());

function stabilisingOffers(evidence: Evidence): Offer[] {
  const { config } = evidence;
  const { key, rate } = activeRate(evidence);
  const lower = lowerRate(rate, config.optimizer);
  const offers: Offer[] = [
    {
      title: `Learning rate ${rateText(lower)}`,
      text: `Smaller than ${rateText(rate)}. Most runs diverge because their steps are too large.`,
      settings: { [key]: lower },
    },
  ];
  const warmupRatio = Math.min(MAX_WARMUP_RATIO, Math.max(0.1, 2 * config.warmupRatio));
  if (config.warmupSteps !== null) {
    const warmupSteps = Math.max(10, 2 * config.warmupSteps);
    offers.push({
      title: `Warm-up of ${warmupSteps} steps`,
      text: 'The learning rate rises more slowly at the start.',
      settings: { warmupSteps },
    });
  } else if (warmupRatio > config.warmupRatio) {
    offers.push({
      title: `Warm-up of ${Math.round(warmupRatio * 100)} %`,
      text: 'The learning rate rises over this share of the steps, more slowly than now.',
      settings: { warmupRatio },
    });
  }
  if (config.maxGradientNorm > 1) {
    offers.push({
      title: 'Clip gradients at 1',
      text: `Limits the gradient norm to 1 instead of ${config.maxGradientNorm}.`,
      settings: { maxGradientNorm: 1 },
    });
  }
  return offers;
}

function strongerOffers(evidence: Evidence): Offer[] {
  const { config } = evidence;
  const { key, rate } = activeRate(evidence);
  const higher = higherRate(rate, config.optimizer);
  const other = higher ?? lowerRate(rate, config.optimizer);
  const offers: Offer[] = [
    {
      title: `Learning rate ${rateText(other)}`,
      text:
        higher === null
          ? `${rateText(rate)} is already high and may overshoot the minimum.`
          : `Larger than ${rateText(rate)}, with which the weights hardly change.`,
      settings: { [key]: other },
    },
  ];
  if (config.preset === 'quick') {
    offers.push({
      title: 'Train all layers',
      text: 'A head alone cannot learn if the backbone extracts nothing useful, as with random weights.',
      settings: { preset: 'full', learningRate: null },
    });
  }
  return offers;
}
