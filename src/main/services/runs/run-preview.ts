import { totalmem } from 'node:os';
import type { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { splitNames, splitRequestSchema } from '#shared/models/dataset';
import type { Pipeline } from '#shared/models/pipeline';
import { defaultLearningRate, type RunConfig, runConfigSchema } from '#shared/models/run-config';
import type { RunPreview } from '#shared/models/run-preview';
import type { SignOff, SplitSignOff } from '#shared/models/sign-off';
import {
  balancedClassWeights,
  classCounts,
  planSteps,
  type StagePlan,
  type StepPlan,
  samplingWeights,
} from '#shared/training/plan';
import { pipelineOf } from '#shared/training/run-pipeline';
import { isLogisticRegression } from '#shared/training/stages';
import { scheduleOf } from '../../engine/optim/schedule';
import { epochOrder } from '../../engine/train/epoch-plan';
import type { EngineClient } from '../../engine-host/client/client';
import type { BackboneSource, Estimate } from '../../engine-host/core/protocol';
import { openLabelClaims } from '../../store/label-claims';
import { currentSplit } from '../../store/splits';
import type { Dataset } from '../dataset/dataset';
import { findLeaks, type Leaks } from '../duplicates/duplicate-groups';
import type { OpenProject } from '../project/projects';
import type { RunSample } from '../run-records/run-files';
import { collectSamples, plannedSamples, samplesOf } from '../run-records/run-samples';
import { planSplit } from '../splits/plan-split';
import { signOffOf } from '../splits/sign-offs';
import { runProblems, runWarnings, smallerBatch } from './run-checks';
import type { RunOrigin } from './run-origin';
import { secondsByPace } from './run-pace';
import { runPlaces } from './run-places';
import { usedDevice } from './used-device';

/** The part of the backbones service that runs need. */
export interface BackboneResolver {
  /** Resolves the name of an architecture or an installed backbone, or a folder. Throws `backbone_*`. */
  resolve(name: string): Promise<BackboneSource> | BackboneSource;
}

export type RunConfigGiven = z.input<typeof runConfigSchema>;

/** A checked configuration with everything needed to start it. */
export interface PreparedRun {
  /** `learningRate` is never null. */
  readonly config: RunConfig;
  readonly classes: readonly string[];
  readonly samples: readonly RunSample[];
  readonly backbone: BackboneSource | null;
  readonly estimate: Estimate | null;
  /** Why the estimate failed, as sentences; else null. */
  readonly estimateProblem: string | null;
  readonly pipeline: Pipeline | null;
  /** Permission to start although the split leaks; null if none is needed or valid. */
  readonly signOff: SignOff | null;
  readonly preview: RunPreview;
}

/** Services needed to prepare a run. */
export interface PreviewServices {
  readonly dataset: Pick<Dataset, 'classes'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
}

const SCHEDULE_POINTS = 200;
const NO_LEAKS: Leaks = { patients: 0, duplicates: 0, groups: 0 };

/**
 * Checks a configuration against the current dataset and has the engine estimate the run's cost. `chosen`: samples to
 * use instead of the current split; the caller has kept groups together. `origin`: that of a run that continues another.
 */
export async function prepareRun(
  services: PreviewServices,
  project: OpenProject,
  given: RunConfigGiven,
  chosen?: readonly RunSample[],
  origin?: RunOrigin,
): Promise<PreparedRun> {
  const wanted = runConfigSchema.parse(given);
  const classes = origin?.classes ?? services.dataset.classes(project);
  const samples = chosen ?? collectSamples(project, classes);
  const train = samplesOf(samples, 'train');
  const validation = samplesOf(samples, 'validation');
  const used = await usedDevice(services.engine, wanted.device);
  const { backbone, estimate, problem } = await requestEstimate(
    services,
    { ...wanted, device: used.device },
    origin === undefined ? null : { kind: 'folder', folder: origin.weights },
    {
      classes: classes.length < 2 ? ['one', 'other'] : classes,
      trainImages: train.length,
      validationImages: validation.length,
    },
  );
  const config: RunConfig = {
    ...wanted,
    learningRate:
      wanted.learningRate ?? defaultLearningRate(wanted.preset, estimate?.pretrained ?? false, wanted.optimizer),
  };
  const plan = planSteps(config, train.length);
  const split = chosen === undefined ? currentSplit(project.store) : null;
  const leaks = split === null ? NO_LEAKS : findLeaks(project.store);
  const signOff = split === null || leaks.groups === 0 ? null : signOffOf(project.store, split, leaks);
  const checked = {
    config,
    classes,
    samples,
    hasSplit: chosen !== undefined || split !== null,
    patientsAcrossSplits: leaks.patients,
    duplicatesAcrossSplits: leaks.duplicates,
    labelClaims: claimsAmong(project, samples),
    signOff,
    estimate,
    estimateProblem: problem,
    machineMemoryMB: totalmem() / 2 ** 20,
  };
  const labels = train.map((sample) => sample.label);
  const weights = balancedClassWeights(labels, classes.length);
  const pipeline = origin?.pipeline ?? (estimate === null ? null : pipelineOf(config, estimate.preparation));
  return {
    config,
    classes,
    samples,
    backbone,
    estimate,
    estimateProblem: problem,
    pipeline,
    signOff: signOff === null || signOff.void !== null ? null : recorded(signOff),
    preview: {
      config,
      leak: leaks.groups === 0 ? null : { ...leaks, signOff },
      parameters: estimate?.parameters ?? 0,
      trainableParameters: estimate?.trainableParameters ?? 0,
      steps: plan.totalSteps,
      epochs: plan.epochs,
      imageSize: estimate?.preparation.height ?? null,
      input:
        estimate === null || pipeline === null
          ? null
          : { pipeline, checkpoint: estimate.preparation, file: estimate.preparationFile },
      stages: plan.stages.map(({ name, epochs, steps, stepsPerEpoch, warmupSteps, learningRate }, index) => ({
        name,
        epochs,
        steps,
        stepsPerEpoch,
        warmupSteps,
        learningRate,
        trainableParameters: estimate?.stageParameters[index] ?? null,
      })),
      memoryMB: estimate?.memoryMB ?? 0,
      diskBytes: estimate?.diskBytes ?? 0,
      device: used.device,
      secondsEstimate: estimate?.seconds ?? null,
      schedule: schedulePoints(config, plan),
      classWeights:
        config.classBalance === 'weighted-loss' ||
        (config.classBalance === 'weighted-sampler' && isLogisticRegression(config))
          ? classes.map((label, index) => ({ label, weight: weights[index] ?? 0 }))
          : null,
      classDraws:
        config.classBalance === 'weighted-sampler' && !isLogisticRegression(config)
          ? firstDraws(config, classes, labels)
          : null,
      smallerBatch: smallerBatch(checked),
      plannedSplit: null,
      backboneNotes: [...(estimate?.notes ?? [])],
      problems: runProblems(checked),
      warnings: runWarnings(checked),
      places: runPlaces(checked),
    },
  };
}

/**
 * `prepareRun` with a better estimate of the time: that of a similar run here is more accurate than a short benchmark.
 * `splitFirst`: a start will make the default split if there is none, so the run is checked with its images.
 */
export async function previewRun(
  services: PreviewServices,
  project: OpenProject,
  given: RunConfigGiven,
  { splitFirst }: { readonly splitFirst: boolean },
): Promise<PreparedRun> {
  const planned = splitFirst ? defaultSplitSamples(project, services.dataset.classes(project)) : null;
  const prepared = await withPace(project, await prepareRun(services, project, given, planned ?? undefined));
  if (planned === null) return prepared;
  const [train = 0, validation = 0, test = 0] = splitNames.map((split) => samplesOf(planned, split).length);
  return { ...prepared, preview: { ...prepared.preview, plannedSplit: { train, validation, test } } };
}

/** The images of the default split of a project without one; null if it has one, or none can be made. */
export function defaultSplitSamples(project: OpenProject, classes: readonly string[]): RunSample[] | null {
  if (classes.length < 2 || currentSplit(project.store) !== null) return null;
  const { members } = planSplit(project.store, splitRequestSchema.parse({}));
  return plannedSamples(project, members, classes);
}

/** With the duration of a similar run of the project in place of the engine's estimate, if there is one. */
export async function withPace(project: OpenProject, prepared: PreparedRun): Promise<PreparedRun> {
  const { preview, samples } = prepared;
  const images = { train: samplesOf(samples, 'train').length, validation: samplesOf(samples, 'validation').length };
  const byPace = await secondsByPace(project, preview.config, preview.device, images);
  return byPace === null ? prepared : { ...prepared, preview: { ...preview, secondsEstimate: byPace } };
}

/** The sign-off as a run records it: without `void`, which holds only for now. */
const recorded = ({ void: _void, ...signOff }: SplitSignOff): SignOff => signOff;

function claimsAmong({ store }: OpenProject, samples: readonly RunSample[]) {
  const images = new Set(samples.map(({ image }) => image));
  return openLabelClaims(store).filter(({ image }) => images.has(image));
}

/** How often the sampler draws each class in the first epoch, computed from the run's actual draws. */
function firstDraws(
  config: RunConfig,
  classes: readonly string[],
  labels: readonly number[],
): RunPreview['classDraws'] {
  const weights = samplingWeights(labels, classes.length);
  const order = labels.length === 0 ? [] : epochOrder(config.seed, 1, labels.length, weights);
  const images = classCounts(labels, classes.length);
  const drawn = classCounts(
    Array.from(order, (position) => labels[position] ?? 0),
    classes.length,
  );
  return classes.map((label, index) => ({ label, images: images[index] ?? 0, drawn: drawn[index] ?? 0 }));
}

async function requestEstimate(
  services: { readonly backbones: BackboneResolver; readonly engine: Pick<EngineClient, 'request'> },
  config: RunConfig,
  weights: BackboneSource | null,
  size: { readonly classes: readonly string[]; readonly trainImages: number; readonly validationImages: number },
): Promise<{ backbone: BackboneSource | null; estimate: Estimate | null; problem: string | null }> {
  let backbone: BackboneSource | null = null;
  try {
    backbone = weights ?? (await services.backbones.resolve(config.backbone));
    const estimate = await services.engine.request('estimate', { backbone, config, ...size }).result;
    return { backbone, estimate, problem: null };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    return {
      backbone,
      estimate: null,
      problem: error.hint === null ? error.message : `${error.message} ${error.hint}`,
    };
  }
}

/** Points of the learning rate schedule. Plateaus are unknown before the start, so that schedule stays at its peak. */
function schedulePoints(config: RunConfig, { stages }: StepPlan): [number, number][] {
  let before = 0;
  return stages.flatMap((stage) => {
    const points = stagePoints(config, stage).map(([step, rate]): [number, number] => [before + step, rate]);
    before += stage.steps;
    return points;
  });
}

function stagePoints(config: RunConfig, stage: StagePlan): [number, number][] {
  const rate = scheduleOf(config, stage);
  const count = Math.min(SCHEDULE_POINTS, stage.steps);
  return Array.from({ length: count }, (_, index) => {
    const step = count === 1 ? 0 : Math.round((index * (stage.steps - 1)) / (count - 1));
    return [step + 1, rate(step, [])];
  });
}
