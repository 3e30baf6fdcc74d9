import { FoveaError } from '#shared/ipc/errors';
import { deviceNames } from '#shared/training/device-names';
import { planSteps } from '#shared/training/plan';
import { isOutOfMemory, outOfMemory } from '../../engine/backends/out-of-memory';
import { nextStage } from '../../engine/train/checkpoint';
import { peakMemoryMB } from '../core/device';
import type { TrainResult, TrainSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadBackbone } from '../models/load-backbone';
import { holdRun } from './lock-run-folder';
import { findStartingPoint, type StartingPoint, startAfresh } from './resume';
import { runHash } from './run-hash';
import { openRunLog } from './run-log';
import type { Model } from './stage-setup';
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
      throw new FoveaError('empty_split', `The ${what} split has no images.`, { hint: 'Make a new split.' });
    }
  }
  if (spec.config.learningRate === null) throw new Error('the learning rate is not resolved');
}

/** Trains a run from its beginning or its last checkpoint, and leaves `checkpoints/{last,before,best}` and the log. */
export async function train(spec: TrainSpec, context: RequestContext): Promise<TrainResult> {
  check(spec);
  const letGo = await holdRun(spec.runFolder, () => checkCancelled(context));
  try {
    return await trainHeld(spec, context);
  } catch (error) {
    // Backends say so themselves; this is for our own buffers.
    if (!(error instanceof FoveaError) && isOutOfMemory(error)) throw outOfMemory('the training', error);
    throw error;
  } finally {
    await letGo();
  }
}

/** For the clock that a run is measured by: it stands still while the run is held. */
function timeHolds(context: RequestContext): { readonly context: RequestContext; heldMilliseconds(): number } {
  let total = 0;
  let since: number | null = null;
  const hold = (reason: FoveaError | null) => {
    if (reason !== null) since ??= performance.now();
    else if (since !== null) {
      total += performance.now() - since;
      since = null;
    }
    context.hold(reason);
  };
  return { context: { ...context, hold }, heldMilliseconds: () => total };
}

async function trainHeld(spec: TrainSpec, given: RequestContext): Promise<TrainResult> {
  const { context, heldMilliseconds } = timeHolds(given);
  const hash = runHash(spec);
  const plan = planSteps(spec.config, spec.train.length);
  reportBeforeSteps({ context, plan }, 'preparing', 'Reading the backbone');
  const start = spec.resume ? await findStartingPoint(spec.runFolder, hash) : await startAfresh(spec.runFolder);
  // A checkpoint holds all parameters: the backbone's folder may be gone by then.
  const model = await modelOf(spec, start);
  requireImageSize(model, spec);
  const log = await openRunLog(spec.runFolder);
  const run: StagedRun = { spec, context, plan, hash, log, notes: [...model.notes, ...start.notes] };
  try {
    for (const message of [...deviceNote(spec), ...start.news]) record(run, noteLine(message));
    return await trainStages(run, model, start, () => performance.now() - heldMilliseconds());
  } finally {
    log.close();
  }
}

/** One stage after the other, to the end of the last or to where the run was asked to end. */
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
      // What an optimizer remembers belongs to its stage.
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

/** Which device was chosen and why, where nobody named one. */
const deviceNote = ({ deviceChoice, config }: TrainSpec): readonly string[] =>
  deviceChoice === undefined ? [] : [`Device: ${deviceNames[config.device]}. ${deviceChoice}`];

function requireImageSize({ config: { imageSize } }: Model, { pipeline }: TrainSpec): void {
  if (imageSize === pipeline.height && imageSize === pipeline.width) return;
  throw new FoveaError(
    'image_size_mismatch',
    `The backbone takes ${imageSize} × ${imageSize} pixels, but the pipeline makes ${pipeline.width} × ${pipeline.height}.`,
    { hint: 'Start a new run: it takes the pipeline of its backbone.' },
  );
}

async function modelOf(spec: TrainSpec, start: StartingPoint): Promise<Model> {
  if (start.model === null) {
    return loadBackbone(spec.backbone, spec.classes, spec.config.seed, spec.config.imageSize);
  }
  const { config, parameters, backbone } = start.model;
  return { config, parameters, hash: backbone, notes: [] };
}
