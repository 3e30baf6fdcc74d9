import { MAX_ACCUMULATION, type RunConfig } from '#shared/models/run-config';
import { type SplitSignOff, voidText } from '#shared/models/sign-off';
import { formatMemory } from '#shared/text/number';
import { learningRateProblem } from '#shared/training/learning-rate-bound';
import { fitsMachine } from '#shared/training/memory';
import { presetTitles } from '#shared/training/preset-titles';
import { isLogisticRegression, stagesOf } from '#shared/training/stages';
import type { Estimate } from '../../engine-host/core/protocol';
import type { RunSample } from '../run-records/run-files';
import { countClasses, samplesOf } from '../run-records/run-samples';

/** Images of a class, over all splits, below which to warn; strongly below the second. */
const FEW_IMAGES = 100;
const VERY_FEW_IMAGES = 50;
/** Validation images below which choosing the best epoch is mostly luck. */
const FEW_VALIDATION = 30;

export interface CheckInput {
  readonly config: RunConfig;
  readonly classes: readonly string[];
  readonly samples: readonly RunSample[];
  readonly hasSplit: boolean;
  /** Patients with images in more than one split. */
  readonly patientsAcrossSplits: number;
  /** Groups of duplicate images in more than one split. */
  readonly duplicatesAcrossSplits: number;
  /** Files with the same bytes as an image of the split but another label, not yet resolved. */
  readonly labelClaims: readonly { readonly imagePath: string; readonly path: string }[];
  /** Permission to start despite leaks, unless it is void. */
  readonly signOff: SplitSignOff | null;
  /** Null if the estimate failed. */
  readonly estimate: Estimate | null;
  /** Why the estimate failed; else null. */
  readonly estimateProblem: string | null;
  readonly machineMemoryMB: number;
}

const quoted = (labels: readonly string[]): string => labels.map((label) => `“${label}”`).join(', ');
const images = (count: number): string => (count === 1 ? '1 image' : `${count} images`);

/** Reasons why a run cannot start, as sentences that state what to do. */
export function runProblems(input: CheckInput): string[] {
  const problems: string[] = [];
  const { classes, samples } = input;
  if (samples.length === 0 && classes.length === 0) {
    problems.push('There are no labelled images. Import images in class folders, or label them in Data.');
  } else if (classes.length < 2) {
    problems.push(`All images are ${quoted(classes)}. A classifier needs at least two classes.`);
  }
  if (!input.hasSplit) {
    problems.push('There is no split yet. Create one in Data: training needs training and validation images.');
  } else {
    const train = countClasses(samplesOf(samples, 'train'), classes.length);
    const absent = classes.filter((_, label) => train[label] === 0);
    if (absent.length > 0) {
      problems.push(`No training images of ${quoted(absent)}. Create a new split, or move images of that class.`);
    }
    if (samplesOf(samples, 'validation').length === 0) {
      problems.push(
        'The validation split is empty, but the best epoch is chosen on it. Create a split with validation images.',
      );
    }
  }
  problems.push(...leakProblems(input));
  const { testTimeViews, augmentation, learningRate, headLearningRate } = input.config;
  for (const [name, rate] of [
    ['learning rate', learningRate],
    ['head learning rate', headLearningRate],
  ] as const) {
    const problem = rate === null ? null : learningRateProblem(rate);
    if (problem !== null) problems.push(`The ${name} ${rate} cannot train anything. ${problem}.`);
  }
  if (testTimeViews > 0 && !augmentation.enabled) {
    problems.push('Test-time views need augmentation, which is off. Set the views to 0, or turn augmentation on.');
  }
  if (input.estimateProblem !== null) problems.push(input.estimateProblem);
  return problems;
}

/** Blocks training while a group is in more than one split, unless a person has signed it off by name. */
function leakProblems(input: CheckInput): string[] {
  const { duplicatesAcrossSplits, patientsAcrossSplits, signOff } = input;
  if (duplicatesAcrossSplits + patientsAcrossSplits === 0 || signOff?.void === null) return [];
  const problems: string[] = [];
  if (duplicatesAcrossSplits > 0) {
    const groups =
      duplicatesAcrossSplits === 1
        ? '1 group of duplicate images appears'
        : `${duplicatesAcrossSplits} groups of duplicate images appear`;
    problems.push(
      `${groups} in more than one split, so results would look better than they are. Create a split that keeps duplicates together, or review them in Data, Duplicates.`,
    );
  }
  if (patientsAcrossSplits > 0) {
    const patients = patientsAcrossSplits === 1 ? '1 patient appears' : `${patientsAcrossSplits} patients appear`;
    problems.push(
      `${patients} in more than one split, so results would look better than they are. Create a split by patient.`,
    );
  }
  const isVoid = signOff === null ? null : voidText(signOff);
  return isVoid === null ? problems : [...problems, isVoid];
}

const exceedsMemory = ({ estimate, machineMemoryMB }: CheckInput): boolean =>
  estimate !== null && !fitsMachine(estimate.memoryMB, machineMemoryMB);

export interface SmallerBatch {
  readonly batchSize: number;
  readonly gradientAccumulation: number;
}

/**
 * Suggests half the batch size with twice the accumulation for a run that exceeds memory: a step sees as many images as
 * before. Null if the run fits, or the batch cannot be halved.
 */
export function smallerBatch(input: CheckInput): SmallerBatch | null {
  const { batchSize, gradientAccumulation } = input.config;
  // A batch has at most all training images.
  const present = Math.min(batchSize, Math.max(1, samplesOf(input.samples, 'train').length));
  const accumulation = 2 * gradientAccumulation;
  if (!exceedsMemory(input) || present < 2 || accumulation > MAX_ACCUMULATION) return null;
  return { batchSize: Math.floor(present / 2), gradientAccumulation: accumulation };
}

/** Warnings before the start, as sentences, the most serious first. */
export function runWarnings(input: CheckInput): string[] {
  const { config, classes, samples, estimate } = input;
  const warnings: string[] = [];
  if (estimate !== null && exceedsMemory(input)) {
    const smaller = smallerBatch(input);
    const advice =
      smaller === null
        ? 'Choose a smaller backbone or a smaller image size.'
        : `Batches of ${smaller.batchSize} with a gradient accumulation of ${smaller.gradientAccumulation} need less memory and train the same way; or choose a smaller backbone.`;
    warnings.push(
      `About ${formatMemory(estimate.memoryMB)} of memory is needed, and this computer has ${formatMemory(input.machineMemoryMB)}. ${advice}`,
    );
  }
  const [claim] = input.labelClaims;
  if (claim !== undefined) {
    const more = input.labelClaims.length - 1;
    const others = more === 0 ? '' : ` (and ${more === 1 ? '1 more pair' : `${more} more pairs`})`;
    warnings.push(
      `“${claim.imagePath}” and “${claim.path}” are the same file with different labels${others}, so one of the labels is wrong. Resolve this in Data, Review.`,
    );
  }
  const counts = countClasses(samples, classes.length);
  const list = (from: number, to: number): string[] =>
    classes.flatMap((label, index) => {
      const count = counts[index] ?? 0;
      return count >= from && count < to ? [`“${label}” (${count})`] : [];
    });
  const veryFew = list(1, VERY_FEW_IMAGES);
  const few = list(VERY_FEW_IMAGES, FEW_IMAGES);
  if (veryFew.length > 0) {
    warnings.push(`Fewer than ${VERY_FEW_IMAGES} images of ${veryFew.join(', ')}: expect wide intervals.`);
  }
  if (few.length > 0) warnings.push(`Fewer than ${FEW_IMAGES} images of ${few.join(', ')}: more would help.`);
  const validation = samplesOf(samples, 'validation');
  if (validation.length > 0 && validation.length < FEW_VALIDATION) {
    warnings.push(
      `Only ${images(validation.length)} for validation, so the choice of the best epoch is partly luck. A cross-validation covers every image.`,
    );
  }
  const unseen = classes.filter((_, label) => countClasses(validation, classes.length)[label] === 0);
  if (validation.length > 0 && unseen.length > 0) {
    warnings.push(`No validation images of ${quoted(unseen)}: AUC is undefined.`);
  }
  if (samples.length > 0 && samplesOf(samples, 'test').length === 0) {
    warnings.push('The test split is empty, so there will be no results on images independent of model selection.');
  }
  const withoutPatient = samples.filter(({ patient }) => patient === null).length;
  if (withoutPatient > 0) {
    warnings.push(`${images(withoutPatient)} without a known patient: images of one person may be in several splits.`);
  }
  if (estimate !== null && !estimate.pretrained) {
    warnings.push(
      stagesOf(config).every(({ trainable }) => trainable === 'head' || trainable === 'lora')
        ? `This backbone has random weights, which “${presetTitles[config.preset]}” does not train. Choose “${presetTitles.full}”, or a pretrained backbone.`
        : 'This backbone starts from random weights. A pretrained one usually does much better on a small dataset.',
    );
  }
  const train = countClasses(samplesOf(samples, 'train'), classes.length).filter((count) => count > 0);
  if (config.classBalance === 'none' && train.length > 1 && Math.max(...train) >= 3 * Math.min(...train)) {
    warnings.push('The classes are very unbalanced. Consider class weights, and macro F1 as the best metric.');
  }
  const trainImages = samplesOf(samples, 'train').length;
  if (
    trainImages > 0 &&
    !isLogisticRegression(config) &&
    config.batchSize * config.gradientAccumulation > trainImages
  ) {
    warnings.push(
      `One step uses ${config.batchSize * config.gradientAccumulation} images, but there are only ${trainImages}.`,
    );
  }
  return warnings;
}
