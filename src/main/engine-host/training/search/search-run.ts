import type { Pipeline } from '#shared/models/pipeline';
import type { EpochRecord } from '#shared/models/run';
import type { SearchState, Tried } from '#shared/models/search';
import { formatFixed } from '#shared/text/number';
import { firstRecipe, type Recipe, withSettings } from '#shared/training/search-steps';
import { initialLoopState, type LoopState } from '../../../engine/train/checkpoint';
import { epochMetrics, shownValue } from '../../../engine/train/evaluate';
import { peakMemoryMB, requirePrecision } from '../../core/device';
import type { TrainResult, TrainSpec } from '../../core/protocol';
import { type CheckpointContent, checkpointBytes, writeCheckpoint } from '../../models/checkpoint-files';
import { bestSlot, lastSlot } from '../../models/checkpoint-slots';
import type { LoadedBackbone } from '../../models/load-backbone';
import { saveWhenRoom } from '../save-when-room';
import type { Model } from '../stage-input';
import { noteLine, record, reportBeforeSteps, type StagedRun } from '../staged-run';
import { fitRecipe } from './fit-recipe';
import { createPace, isHeadAlone } from './pace';
import { createPreparation } from './prepared-recipe';
import { search } from './search';
import { readSearch, writeSearch } from './search-file';
import type { SearchData } from './try-step';

function newState({ config, train, validation, folds }: TrainSpec, run: string): SearchState {
  if (folds === undefined) throw new Error('a search needs folds');
  return {
    version: 1,
    run,
    budgetSeconds: config.minutes * 60,
    elapsedSeconds: 0,
    images: [...train, ...validation].map(({ image }) => image),
    folds: [...folds.folds],
    groups: [...folds.groups],
    recipe: firstRecipe(config),
    tried: [],
    kept: null,
    current: null,
    ended: null,
    pipeline: null,
  };
}

/**
 * Runs the preset *auto*: searches for the best recipe, then trains the final model by it on the training and
 * validation images together, which the out-of-fold predictions have all been made without. Writes `search.json`,
 * `checkpoints/{best,last}` and the log.
 */
export async function trainBySearch(run: StagedRun, loaded: LoadedBackbone): Promise<TrainResult> {
  const { spec, context } = run;
  const began = performance.now();
  const device = await requirePrecision(spec.config);
  const before = (await readSearch(spec.runFolder, run.hash)) ?? newState(spec, run.hash);
  const pace = await createPace(loaded.config, device, spec.config.threads);
  const images = [...spec.train, ...spec.validation];
  const prepare = createPreparation(spec, loaded);
  const data: SearchData = { spec, prepare, device, images, folds: before.folds, groups: before.groups, pace };
  const { state, ended } = await search({
    data,
    backbone: {
      pretrained: loaded.pretrained,
      patchSize: loaded.config.patchSize,
      layers: loaded.config.layers,
      imageSize: loaded.config.imageSize,
      cuts: spec.pipeline.fit?.kind === 'shortest-edge',
    },
    context,
    // Threads, device and what is only for evaluations may change between two starts.
    state: { ...before, recipe: withSettings(before.recipe, machineSettings(spec)) },
    onTried: (tried) => {
      record(run, { kind: 'tried', ...tried });
      record(run, noteLine(describeTried(tried)));
    },
    onProgress: (what, counted, secondsLeft) =>
      reportBeforeSteps(run, 'searching', what, { counted, etaSeconds: Math.round(secondsLeft) }),
  });
  const interrupted = {
    state: ended,
    history: [],
    best: null,
    seconds: 0,
    imagesPerSecond: 0,
    peakMemoryMB: 0,
    notes: run.notes,
  };
  if (ended === 'paused' || state.kept === null) return interrupted;
  if (state.ended !== null) record(run, noteLine(`The search ended: ${state.ended}`));
  const recipe = state.recipe;
  reportBeforeSteps(run, 'searching', 'Training the final model on all images but the test images');
  const { model, pipeline } = await prepare(recipe);
  const { folds, groups } = state;
  const fit = await fitRecipe({
    spec: { ...spec, pipeline, config: recipe, train: images, folds: { folds, groups } },
    model,
    context: ended === 'stopped' ? { ...context, control: () => null } : context,
    home: spec.runFolder,
    onProgress: (_, done, total) =>
      reportBeforeSteps(run, 'searching', 'Training the final model', { counted: { done, total } }),
  });
  if (fit.state !== 'finished') return { ...interrupted, state: fit.state };
  const metrics = epochMetrics(Float32Array.from(state.kept.logits), labelsOf(data), spec.classes.length);
  const seconds = (performance.now() - began) / 1000;
  const epoch: EpochRecord = {
    kind: 'epoch',
    epoch: 1,
    step: 1,
    stage: 0,
    trainLoss: fit.trainLoss,
    validationLoss: metrics.loss,
    metrics,
    isBest: true,
    seconds,
  };
  const best = { epoch: 1, value: shownValue(metrics, spec.config.bestMetric) };
  const loop: LoopState = {
    ...initialLoopState,
    step: 1,
    stageStep: 1,
    history: [epoch],
    best,
    seconds,
    finished: true,
  };
  // Before the model: from here on, the record of the run names this pipeline.
  await saveWhenRoom(
    () => writeSearch(spec.runFolder, { ...state, pipeline }),
    { folder: spec.runFolder, bytes: 0 },
    context,
  );
  await saveModel(run, { ...model, parameters: fit.parameters }, pipeline, recipe, loop);
  record(run, epoch);
  return { ...interrupted, state: ended, history: [epoch], best, seconds, peakMemoryMB: peakMemoryMB() };
}

const machineSettings = ({ config: { device, threads, evaluationBatchSize } }: TrainSpec) => ({
  device,
  threads,
  evaluationBatchSize,
});

const labelsOf = ({ images }: SearchData): Int32Array => Int32Array.from(images, ({ label }) => label);

function describeTried({ what, kept, why, metrics, seconds }: Tried): string {
  const numbers =
    metrics === null ? '' : `: loss ${formatFixed(metrics.loss)}, accuracy ${formatFixed(metrics.accuracy)}`;
  return `${kept ? 'Kept' : 'Not kept'}: ${what}${numbers} (${Math.round(seconds)} s). ${why}`;
}

async function saveModel(
  run: StagedRun,
  model: Model,
  pipeline: Pipeline,
  recipe: Recipe,
  state: LoopState,
): Promise<void> {
  const { spec, context, hash, log, notes } = run;
  const content: CheckpointContent = {
    config: model.config,
    pipeline,
    parameters: model.parameters,
    lora: null,
    optimizer: null,
    trainer: {
      run: hash,
      backbone: model.hash,
      frozenBackbone: isHeadAlone(recipe),
      random: { algorithm: 'xoshiro128**', seed: spec.config.seed, epoch: 1 },
      state,
      notes: [...notes],
    },
  };
  for (const slot of [bestSlot(spec.runFolder), lastSlot(spec.runFolder)]) {
    const write = async () => {
      log.flush();
      await writeCheckpoint(slot, content);
    };
    await saveWhenRoom(write, { folder: spec.runFolder, bytes: checkpointBytes(content) }, context);
  }
}
