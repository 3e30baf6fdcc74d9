import { FoveaError } from '#shared/ipc/errors';
import type { LogRecord, RunProgress } from '#shared/models/run';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import { chanceLoss } from '#shared/training/chance-loss';
import { deviceNames } from '#shared/training/device-names';
import { classCounts, planSteps, type StagePlan } from '#shared/training/plan';
import { isOutOfMemory, outOfMemory } from '../../engine/backends/out-of-memory';
import { scheduleOf } from '../../engine/optim/schedule';
import { type LoopState, nextStage } from '../../engine/train/checkpoint';
import { runTrainingLoop } from '../../engine/train/loop';
import type { OptimizerState } from '../../engine/train/session';
import { memoryMB, peakMemoryMB } from '../core/device';
import type { TrainResult, TrainSpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { type CheckpointContent, checkpointBytes, writeCheckpoint } from '../models/checkpoint-files';
import { bestSlot, type CheckpointSlot, lastSlot } from '../models/checkpoint-slots';
import { loadBackbone } from '../models/load-backbone';
import { holdRun } from './lock-run-folder';
import { findStartingPoint, type StartingPoint, startAfresh } from './resume';
import { runHash } from './run-hash';
import { openRunLog } from './run-log';
import { saveWhenRoom } from './save-when-room';
import { type Model, type StageSetup, setUpStage } from './stage-setup';

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
  const { config, classes, pipeline } = spec;
  const run = runHash(spec);
  const plan = planSteps(config, spec.train.length);
  const beforeSteps = (
    phase: 'preparing' | 'extracting',
    message: string,
    more: Partial<Pick<RunProgress, 'step' | 'epoch' | 'counted' | 'imagesPerSecond' | 'etaSeconds'>> = {},
  ) =>
    context.runProgress({
      state: 'running',
      phase,
      step: 0,
      totalSteps: plan.totalSteps,
      epoch: 0,
      epochs: plan.epochs,
      counted: null,
      imagesPerSecond: null,
      etaSeconds: null,
      message,
      ...more,
    });
  beforeSteps('preparing', 'Reading the backbone');

  const start = spec.resume ? await findStartingPoint(spec.runFolder, run) : await startAfresh(spec.runFolder);
  // A checkpoint holds all parameters: the backbone's folder may be gone by then.
  let model = await modelOf(spec, start);
  if (model.config.imageSize !== pipeline.height || model.config.imageSize !== pipeline.width) {
    throw new FoveaError(
      'image_size_mismatch',
      `The backbone expects ${model.config.imageSize} × ${model.config.imageSize} pixels, but the pipeline produces ${pipeline.width} × ${pipeline.height}.`,
      { hint: 'Start a new run, which uses the pipeline of its backbone.' },
    );
  }
  const notes = [...model.notes, ...start.notes];
  const log = await openRunLog(spec.runFolder);
  const record = (entry: LogRecord) => {
    log.append(entry);
    context.log(entry);
  };
  const chosen = spec.deviceChoice === undefined ? [] : [`Device: ${deviceNames[config.device]}. ${spec.deviceChoice}`];
  for (const message of [...chosen, ...start.news]) record({ kind: 'note', at: new Date().toISOString(), message });

  const save = async (slot: CheckpointSlot, setup: StageSetup, state: LoopState, kind: 'last' | 'best') => {
    const content: CheckpointContent = {
      config: model.config,
      pipeline,
      parameters: await (kind === 'last' ? setup.parameters() : setup.keptParameters()),
      lora: kind === 'last' ? setup.lora : null,
      optimizer: kind === 'last' ? await setup.session.optimizer() : null,
      trainer: {
        run,
        backbone: model.hash,
        random: {
          algorithm: 'xoshiro128**',
          seed: config.seed,
          epoch: state.epochsBefore + Math.floor(state.stageStep / (plan.stages[state.stage]?.stepsPerEpoch ?? 1)) + 1,
        },
        state,
        notes,
      },
    };
    const write = async () => {
      // The lines of what is saved must not be lost where it is not.
      log.flush();
      await writeCheckpoint(slot, content);
    };
    await saveWhenRoom(write, { folder: spec.runFolder, bytes: checkpointBytes(content) }, context);
  };

  const trainStage = async (state: LoopState, optimizer: OptimizerState | null) => {
    const stage = plan.stages[state.stage] as StagePlan;
    const viewsPerSecond = rateMeter(() => performance.now());
    const setup = await setUpStage({
      spec,
      stage,
      index: state.stage,
      model,
      optimizer,
      context,
      home: spec.runFolder,
      onExtracting: (done, total) => {
        const imagesPerSecond = viewsPerSecond(stage.name, done);
        beforeSteps('extracting', 'Each view goes through the frozen backbone once; epochs are fast after that', {
          step: state.step,
          epoch: state.epochsBefore,
          counted: { done, total },
          imagesPerSecond,
          etaSeconds: secondsLeft(done, total, imagesPerSecond),
        });
      },
      note: (message) => record({ kind: 'note', at: new Date().toISOString(), message }),
    });
    try {
      if (start.replaceLast) await save(lastSlot(spec.runFolder), setup, state, 'last');
      const result = await runTrainingLoop({
        config,
        plan,
        classes: classes.length,
        trainImages: spec.train.length,
        samplingWeights: setup.samplingWeights,
        chanceLoss: chanceLoss(
          classCounts(
            spec.train.map(({ label }) => label),
            classes.length,
          ),
          config,
        ),
        validationLabels: Int32Array.from(spec.validation, ({ label }) => label),
        session: setup.session,
        batches: setup.batches,
        learningRate: scheduleOf(config, stage),
        lowestRateFactor: setup.lowestRateFactor,
        state,
        saveBest: (reached) => save(bestSlot(spec.runFolder), setup, reached, 'best'),
        saveLast: (reached) => save(lastSlot(spec.runFolder), setup, reached, 'last'),
        log: record,
        progress: (value) => context.runProgress(value),
        control: () => context.control(),
        yieldToMessages: () => context.yieldToMessages(),
        now: () => performance.now() - heldMilliseconds(),
        memoryMB,
      });
      return { result, parameters: await setup.parameters() };
    } finally {
      await setup.close();
    }
  };

  try {
    let state = start.state;
    let optimizer = start.optimizer;
    for (;;) {
      const isLast = state.stage === plan.stages.length - 1;
      if (state.finished && !isLast) {
        state = nextStage(state);
        // What an optimizer remembers belongs to its stage.
        optimizer = null;
        continue;
      }
      const { result, parameters } = await trainStage(state, optimizer);
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
  } finally {
    log.close();
  }
}

async function modelOf(spec: TrainSpec, start: StartingPoint): Promise<Model> {
  if (start.model === null) {
    return loadBackbone(spec.backbone, spec.classes, spec.config.seed, spec.config.imageSize);
  }
  const { config, parameters, backbone } = start.model;
  return { config, parameters, hash: backbone, notes: [] };
}
