import { recordHash } from '#shared/imaging/pipeline';
import { createBackend } from '../../engine/backends/create-backend';
import { createSchedule } from '../../engine/optim/schedule';
import type { NamedTensors } from '../../engine/tensor';
import { createSession } from '../../engine/train/create-session';
import { distillationModel, withoutProjections, withProjections } from '../../engine/train/distillation';
import type { OptimizerState, TrainingSession } from '../../engine/train/session';
import type { VitConfig } from '../../engine/vit/config';
import { interpolatePositions, withImageSize } from '../../engine/vit/interpolate-positions';
import {
  type DistillationCheckpoint,
  type DistillationState,
  readDistillationCheckpoint,
  writeDistillationCheckpoint,
} from './distillation-checkpoint';
import {
  type DistillationModel,
  type DistillationSpec,
  type DistillationStage,
  type PictureSource,
  stepsPerShard,
} from './distillation-spec';
import { type HeldOutErrors, measureHeldOut } from './held-out';
import { StageTargets } from './stage-targets';
import type { FeatureStatistics } from './statistics';

/** What is reported after each round. */
export interface DistillationRecord {
  readonly stage: number;
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly heldOut: HeldOutErrors | null;
}

export interface DistillationHooks {
  /** Called before every step and after every picture of a new shard. */
  onProgress(state: { readonly stage: number; readonly step: number }): Promise<void>;
  onRecord(record: DistillationRecord): void;
  /** Called with the averaged student after a round in which one was due. */
  onSnapshot?(model: DistillationModel, state: DistillationState): Promise<void>;
  shouldPause(): boolean;
}

export type DistillationResult =
  | {
      readonly state: 'finished';
      /** The averaged student, without projections. */
      readonly model: DistillationModel;
      readonly progress: DistillationState;
      /** At the end; null without held-out pictures. */
      readonly errors: HeldOutErrors | null;
    }
  | { readonly state: 'paused' };

/** Ends the work between two steps or pictures. */
class Paused extends Error {}

const SECONDS_BETWEEN_CHECKPOINTS = 600;
/** Rounds between measurements on held-out pictures, and between snapshots. */
const ROUNDS_PER_SNAPSHOT = 8;

/**
 * Trains a student to imitate the features of a teacher, stage by stage, and continues from the folder's checkpoint if
 * there is one: with the same bits as without the interruption, on the same machine.
 *
 * @throws FoveaError `distillation_changed`
 */
export async function distil(
  spec: DistillationSpec,
  source: PictureSource,
  hooks: DistillationHooks,
): Promise<DistillationResult> {
  const hash = specHash(spec, source);
  let start: StageStart | null = readDistillationCheckpoint(spec.folder, hash);
  for (let index = start?.state.stage ?? 0; ; index += 1) {
    const run = new StageRun(spec, index, source, hooks, hash);
    try {
      const result = await run.toEnd(start);
      if (index === spec.stages.length - 1) {
        const { model, errors, checkpoint } = result;
        return { state: 'finished', model, errors, progress: checkpoint.state };
      }
      start = nextStage(spec, index, result);
    } catch (error) {
      if (!(error instanceof Paused)) throw error;
      return { state: 'paused' };
    } finally {
      await run.dispose();
    }
  }
}

/** Returns the averaged student of the folder's checkpoint as it is now, or null if there is none. */
export function studentSoFar(spec: DistillationSpec, source: PictureSource): DistillationModel | null {
  const checkpoint = readDistillationCheckpoint(spec.folder, specHash(spec, source));
  if (checkpoint === null) return null;
  const config = configOf(spec, checkpoint.state.stage);
  const averaged = new Map([...checkpoint.parameters, ...checkpoint.optimizer.averages]);
  return { config, parameters: withoutProjections(averaged, config) };
}

/** Stages after the first start from the averages, with a new optimizer. */
function nextStage(spec: DistillationSpec, index: number, { averaged, checkpoint }: StageResult): StageStart {
  const [from, to] = [configOf(spec, index), configOf(spec, index + 1)];
  return {
    statistics: checkpoint.statistics,
    state: { ...checkpoint.state, stage: index + 1, step: 0, lossSum: 0, lossSteps: 0 },
    parameters: interpolatePositions(averaged, from, to),
    optimizer: null,
  };
}

const stageOf = (spec: DistillationSpec, index: number): DistillationStage => spec.stages[index] as DistillationStage;
const configOf = (spec: DistillationSpec, index: number): VitConfig =>
  withImageSize(spec.student.config, stageOf(spec, index).imageSize);

function specHash(
  { folder: _, teacher, student, device: _d, threads: _t, ...rest }: DistillationSpec,
  { id }: PictureSource,
): string {
  return recordHash({ ...rest, teacher: teacher.hash, student: student.config, pictures: id });
}

type StageStart = Omit<DistillationCheckpoint, 'optimizer'> & { readonly optimizer: OptimizerState | null };

interface StageResult {
  readonly model: DistillationModel;
  /** Averages, with the projections. */
  readonly averaged: NamedTensors;
  readonly errors: HeldOutErrors | null;
  readonly checkpoint: DistillationCheckpoint;
}

/** One stage from its start, or from a checkpoint, to its end or a pause. */
class StageRun {
  private readonly spec: DistillationSpec;
  private readonly index: number;
  private readonly stage: DistillationStage;
  private readonly config: VitConfig;
  private readonly hooks: DistillationHooks;
  private readonly hash: string;
  private readonly targets: StageTargets;
  private session: TrainingSession | null = null;
  private state: DistillationState;
  private clock = { time: performance.now(), processor: process.cpuUsage() };
  private savedAt = performance.now();

  constructor(spec: DistillationSpec, index: number, source: PictureSource, hooks: DistillationHooks, hash: string) {
    this.spec = spec;
    this.index = index;
    this.stage = stageOf(spec, index);
    this.config = configOf(spec, index);
    this.hooks = hooks;
    this.hash = hash;
    this.state = {
      version: 1,
      spec: hash,
      stage: index,
      step: 0,
      seconds: 0,
      processorSeconds: 0,
      lossSum: 0,
      lossSteps: 0,
    };
    this.targets = new StageTargets(spec, index, source, async () => {
      await hooks.onProgress(this.state);
      if (hooks.shouldPause()) throw new Paused();
    });
  }

  async toEnd(start: StageStart | null): Promise<StageResult> {
    if (start !== null) this.state = start.state;
    const statistics = start?.statistics ?? (await this.targets.statistics());
    this.session = await this.createSession(start);
    try {
      await this.steps(this.session, statistics);
    } catch (error) {
      if (error instanceof Paused) await this.save(this.session, statistics);
      throw error;
    }
    const checkpoint = await this.save(this.session, statistics);
    const averaged = await this.session.averagedParameters();
    const errors = await this.measure(this.session, statistics);
    return { averaged, errors, checkpoint, model: this.modelOf(averaged) };
  }

  async dispose(): Promise<void> {
    await this.session?.dispose();
    await this.targets.dispose();
  }

  private createSession(start: StageStart | null): Promise<TrainingSession> {
    const { teacher, student, weights, batchSize, weightDecay, emaDecay, seed, device, threads } = this.spec;
    const width = teacher.config.hiddenSize;
    const fresh = () =>
      withProjections(interpolatePositions(student.parameters, student.config, this.config), this.config, width, seed);
    return createSession(
      createBackend({ device, threads }),
      distillationModel(this.config, width, weights),
      {
        microBatch: batchSize,
        optimizer: { kind: 'adamw' },
        weightDecay,
        maxGradientNorm: 1,
        labelSmoothing: 0,
        classWeights: null,
        seeds: [seed, this.index],
        emaDecay,
      },
      start?.parameters ?? fresh(),
      start?.optimizer ?? undefined,
    );
  }

  /** Takes the remaining steps. */
  private async steps(session: TrainingSession, statistics: FeatureStatistics): Promise<void> {
    const perRound = stepsPerShard(this.spec, this.stage);
    const schedule = createSchedule({ ...this.stage, decay: { kind: 'cosine' }, totalSteps: this.stage.steps });
    while (this.state.step < this.stage.steps) {
      const round = Math.floor(this.state.step / perRound);
      await this.targets.prepare(round);
      const end = Math.min(this.stage.steps, (round + 1) * perRound);
      while (this.state.step < end) {
        if (this.hooks.shouldPause()) throw new Paused();
        await this.hooks.onProgress(this.state);
        const { step } = this.state;
        const batch = this.targets.batch(round, step - round * perRound, statistics);
        const { loss } = await session.step([batch], schedule(step + 0.5, []));
        const { lossSum, lossSteps } = this.state;
        this.state = { ...this.state, step: step + 1, lossSum: lossSum + loss, lossSteps: lossSteps + 1 };
        if (performance.now() - this.savedAt > 1000 * SECONDS_BETWEEN_CHECKPOINTS) await this.save(session, statistics);
      }
      await this.closeRound(session, statistics, round, schedule(end, []));
    }
  }

  private async closeRound(
    session: TrainingSession,
    statistics: FeatureStatistics,
    round: number,
    learningRate: number,
  ): Promise<void> {
    const due = round % ROUNDS_PER_SNAPSHOT === 0 || this.state.step >= this.stage.steps;
    const heldOut = due ? await this.measure(session, statistics) : null;
    this.readClock();
    const { stage, step, seconds, processorSeconds, lossSum, lossSteps } = this.state;
    this.hooks.onRecord({ stage, step, loss: lossSum / lossSteps, learningRate, seconds, processorSeconds, heldOut });
    this.state = { ...this.state, lossSum: 0, lossSteps: 0 };
    if (due) await this.hooks.onSnapshot?.(this.modelOf(await session.averagedParameters()), this.state);
  }

  private measure(session: TrainingSession, statistics: FeatureStatistics): Promise<HeldOutErrors | null> {
    const { hiddenSize } = this.spec.teacher.config;
    return measureHeldOut(session, this.targets.heldOutBatches(statistics), hiddenSize);
  }

  private async save(session: TrainingSession, statistics: FeatureStatistics): Promise<DistillationCheckpoint> {
    this.readClock();
    const [parameters, optimizer] = [await session.parameters(), await session.optimizer()];
    const checkpoint = { state: { ...this.state, spec: this.hash }, parameters, optimizer, statistics };
    await writeDistillationCheckpoint(this.spec.folder, checkpoint);
    this.savedAt = performance.now();
    return checkpoint;
  }

  private modelOf(averaged: NamedTensors): DistillationModel {
    return { config: this.config, parameters: withoutProjections(averaged, this.config) };
  }

  /** Adds the time since the last call to the state. */
  private readClock(): void {
    const { user, system } = process.cpuUsage(this.clock.processor);
    const { seconds, processorSeconds } = this.state;
    this.state = {
      ...this.state,
      seconds: seconds + (performance.now() - this.clock.time) / 1000,
      processorSeconds: processorSeconds + (user + system) / 1e6,
    };
    this.clock = { time: performance.now(), processor: process.cpuUsage() };
  }
}
