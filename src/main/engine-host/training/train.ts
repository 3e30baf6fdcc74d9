import { FoveaError } from '#shared/ipc/errors';
import { deviceNames } from '#shared/training/device-names';
import { planSteps } from '#shared/training/plan';
import { isOutOfMemory, outOfMemory } from '../../engine/backends/out-of-memory';
import { nextStage } from '../../engine/train/checkpoint';
import { peakMemoryMB } from '../core/device';
import type { TrainResult, TrainSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadBackbone } from '../models/load-backbone';
import { lockRunFolder } from './lock-run-folder';
import { findStartingPoint, type StartingPoint, startAfresh } from './resume';
import { runHash } from './run-hash';
import { openRunLog } from './run-log';
import { trainBySearch } from './search/search-run';
import type { Model } from './stage-input';
import { noteLine, record, reportBeforeSteps, type StagedRun } from './staged-run';
import { trainStage } from './train-stage';

function check(spec: TrainSpec): void {
  if (spec.classes.length < 2) {
    throw new FoveaError('too_few_classes', 'Training needs images of at least two classes.', {
      hint: 'Label or import images of another class, then split again.',
    });
  }
  for (const [what, samples] of [
    ['training', spec.train],
    ['validation', spec.validation],
  ] as const) {
    if (samples.length === 0) {
      throw new FoveaError('empty_split', `The ${what} split has no images.`, { hint: 'Create a new split.' });
    }
  }
  if (spec.config.learningRate === null) throw new Error('the learning rate is not resolved');
}

/** Trains a run from its beginning or its last checkpoint. Writes `checkpoints/{last,before,best}` and the log. */
export async function train(spec: TrainSpec, context: RequestContext): Promise<TrainResult> {
  check(spec);
  const unlock = await lockRunFolder(spec.runFolder, () => checkCancelled(context));
  try {
    return await trainLocked(spec, context);
  } catch (error) {
    // Backends report this themselves; this covers our own buffers.
    if (!(error instanceof FoveaError) && isOutOfMemory(error)) throw outOfMemory('the training', error);
    throw error;
  } finally {
    await unlock();
  }
}

/** Measures how long a run was stalled, so that its clock can leave that time out. */
function timeStalls(context: RequestContext): { readonly context: RequestContext; stalledMilliseconds(): number } {
  let total = 0;
  let since: number | null = null;
  const stall = (reason: FoveaError | null) => {
    if (reason !== null) since ??= performance.now();
    else if (since !== null) {
      total += performance.now() - since;
      since = null;
    }
    context.stall(reason);
  };
  return { context: { ...context, stall }, stalledMilliseconds: () => total };
}

async function trainLocked(spec: TrainSpec, given: RequestContext): Promise<TrainResult> {
  const { context, stalledMilliseconds } = timeStalls(given);
  const hash = runHash(spec);
  const plan = planSteps(spec.config, spec.train.length);
  reportBeforeSteps({ context, plan }, 'preparing', 'Reading the backbone');
  if (spec.config.preset === 'auto') return searchLocked(spec, context, { hash, plan });
  const start = spec.resume ? await findStartingPoint(spec.runFolder, hash) : await startAfresh(spec.runFolder);
  // A checkpoint contains all parameters, so a resumed run does not need the backbone's folder.
  const model = await modelOf(spec, start);
  requireImageSize(model, spec);
  const log = await openRunLog(spec.runFolder);
  const run: StagedRun = { spec, context, plan, hash, log, notes: [...model.notes, ...start.notes] };
  try {
    for (const message of [...deviceNote(spec), ...start.news]) record(run, noteLine(message));
    return await trainStages(run, model, start, () => performance.now() - stalledMilliseconds());
  } finally {
    log.close();
  }
}

/** A search keeps its own state, and all its steps start from the backbone. */
async function searchLocked(
  spec: TrainSpec,
  context: RequestContext,
  { hash, plan }: Pick<StagedRun, 'hash' | 'plan'>,
): Promise<TrainResult> {
  const start = await startAfresh(spec.runFolder);
  const backbone = await loadBackbone(spec.backbone, spec.classes, spec.config.seed, spec.pipeline.height);
  requireImageSize(backbone, spec);
  const log = await openRunLog(spec.runFolder);
  const run: StagedRun = { spec, context, plan, hash, log, notes: [...backbone.notes, ...start.notes] };
  try {
    for (const message of deviceNote(spec)) record(run, noteLine(message));
    return await trainBySearch(run, backbone);
  } finally {
    log.close();
  }
}

/** Trains the stages in order, until the last ends or the run is paused or stopped. */
async function trainStages(
  run: StagedRun,
  first: Model,
  start: StartingPoint,
  now: () => number,
): Promise<TrainResult> {
  const { plan, notes } = run;
  const { replaceLast } = start;
  let { state, optimizer } = start;
  let model = first;
  for (;;) {
    const isLast = state.stage === plan.stages.length - 1;
    if (state.finished && !isLast) {
      state = nextStage(state);
      // Optimizer state belongs to its stage.
      optimizer = null;
      continue;
    }
    const { result, parameters } = await trainStage(run, { model, state, optimizer, replaceLast, now });
    if (result.state !== 'finished' || isLast) {
      return {
        state: result.state,
        history: result.loop.history,
        best: result.loop.best,
        seconds: result.loop.seconds,
        imagesPerSecond: result.imagesPerSecond,
        peakMemoryMB: peakMemoryMB(),
        notes,
      };
    }
    model = { ...model, parameters };
    state = result.loop;
  }
}

/** Note on the device and the reason for it, if Fovea chose it. */
const deviceNote = ({ deviceChoice, config }: TrainSpec): readonly string[] =>
  deviceChoice === undefined ? [] : [`Device: ${deviceNames[config.device]}. ${deviceChoice}`];

function requireImageSize({ config: { imageSize } }: Model, { pipeline }: TrainSpec): void {
  if (imageSize === pipeline.height && imageSize === pipeline.width) return;
  throw new FoveaError(
    'image_size_mismatch',
    `The backbone takes ${imageSize} × ${imageSize} pixels, but the pipeline produces ${pipeline.width} × ${pipeline.height}.`,
    { hint: 'Start a new run, which uses the pipeline of its backbone.' },
  );
}

async function modelOf(spec: TrainSpec, start: StartingPoint): Promise<Model> {
  if (start.model === null) {
    return loadBackbone(spec.backbone, spec.classes, spec.config.seed, spec.pipeline.height);
  }
  const { config, parameters, backbone } = start.model;
  return { config, parameters, hash: backbone, notes: [] };
}
