import type { Backend, DeviceTensor, Feeds, Program } from '../backends/backend';
import type { Graph } from '../ir/graph';
import { initialLossScale, type LossScale, nextLossScale } from '../precision/loss-scale';
import type { NamedTensors, Tensor } from '../tensor';
import { downloadGroups, type Uploaded, upload, uploadGroups } from './device-state';
import { packGroups, zeroGroups } from './flat-state';
import { inBatches } from './logits';
import { createMaskDraw, type MaskDraw, maskSites } from './masks';
import { prepareParts, type StepOptions } from './micro-batch';
import type { TrainableModel } from './model';
import { inputNames, scalarState, stateName, summaryName } from './program-names';
import {
  buildAccumulateProgram,
  buildClearProgram,
  buildClipProgram,
  buildLogitsProgram,
  buildUpdateProgram,
  nextName,
  unscaleName,
  updateRates,
} from './programs';
import type { Batch, OptimizerState, StepResult } from './session';
import type { PartwiseSession } from './shrinking-session';

const scalar = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) });

/**
 * Training with the state on the device: a few flat tensors a group that runs take and give back without a copy to
 * main memory. Gradients and losses are accumulated there too, so a step moves pixels, targets, masks and rates in and
 * two numbers out.
 */
export class DeviceTrainingSession implements PartwiseSession {
  part: number;
  private readonly backend: Backend;
  private readonly model: TrainableModel;
  private readonly options: StepOptions;
  private readonly state = new Map<string, DeviceTensor>();
  private readonly programs = new Map<string, Program>();
  private readonly uploads: Uploaded[] = [];
  private readonly masks: MaskDraw;
  private steps: number;
  /** Null in float32, which needs none. */
  private lossScale: LossScale | null;

  private constructor(backend: Backend, model: TrainableModel, options: StepOptions, optimizer: OptimizerState | null) {
    this.backend = backend;
    this.model = model;
    this.options = options;
    this.masks = createMaskDraw(maskSites(model, options.microBatch), options.seeds);
    this.steps = optimizer?.step ?? 0;
    this.lossScale = options.precision === 'fp16' ? (optimizer?.lossScale ?? initialLossScale) : null;
    this.part = Math.min(optimizer?.part ?? options.part ?? options.microBatch, options.microBatch);
  }

  static async create(
    backend: Backend,
    model: TrainableModel,
    options: StepOptions,
    parameters: NamedTensors,
    optimizer: OptimizerState | null,
  ): Promise<DeviceTrainingSession> {
    const session = new DeviceTrainingSession(backend, model, options, optimizer);
    const { groups, trainable } = model;
    const moments = (tensors: NamedTensors | undefined) =>
      tensors ? packGroups(trainable, tensors) : zeroGroups(trainable);
    for (const uploaded of [
      await uploadGroups(backend, 'parameters', groups, packGroups(groups, parameters)),
      await uploadGroups(backend, 'firstMoments', trainable, moments(optimizer?.firstMoments)),
      ...(options.optimizer.kind === 'adamw'
        ? [await uploadGroups(backend, 'secondMoments', trainable, moments(optimizer?.secondMoments))]
        : []),
      ...(options.emaDecay === null
        ? []
        : [
            await uploadGroups(
              backend,
              'averages',
              trainable,
              packGroups(trainable, optimizer?.averages ?? parameters),
            ),
          ]),
    ]) {
      session.keep(uploaded);
    }
    await session.clearSums();
    return session;
  }

  async step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult> {
    const { model, options, lossScale } = this;
    const { precision = 'fp32' } = options;
    const lossFactor = (lossScale?.scale ?? 1) / microBatches.length;
    const accumulate = await this.program(() => buildAccumulateProgram(model, this.part, precision), 'accumulate');
    for (const [index, batch] of microBatches.entries()) {
      const masks = this.masks(this.steps, index);
      for (const inputs of prepareParts(model, options, this.part, batch, lossFactor, masks)) {
        await this.runOnState(accumulate, inputs);
      }
    }
    const clip = await this.program(() => buildClipProgram(model, options.maxGradientNorm, precision), 'clip');
    const unscale = lossScale ? [[unscaleName, scalar(1 / lossScale.scale)] as const] : [];
    const summary = (await this.runOnState(clip, unscale)).get(summaryName) as Tensor;
    const [loss = Number.NaN, gradientNorm = Number.NaN] = summary.data;
    if (lossScale) {
      if (!Number.isFinite(gradientNorm)) return this.skip(lossScale, loss, gradientNorm);
      this.lossScale = nextLossScale(lossScale, true);
    }
    const update = await this.program(() => buildUpdateProgram(model, options), 'update');
    await this.runOnState(update, [updateRates(options, this.steps + 1, learningRate)]);
    this.steps += 1;
    return { loss, gradientNorm };
  }

  /** Half floats did not hold the gradients: forgets them and goes on with a smaller loss scale. */
  private async skip(before: LossScale, loss: number, gradientNorm: number): Promise<StepResult> {
    const clear = await this.program(() => buildClearProgram(this.model), 'clear');
    await this.runOnState(clear, []);
    const after = nextLossScale(before, false);
    this.lossScale = after;
    return {
      loss,
      gradientNorm,
      skipped: true,
      note: `Gradients did not fit into half precision: the step was left out, and the loss scale is ${after.scale} from here on.`,
    };
  }

  async logits(pixels: Float32Array, count: number): Promise<Float32Array> {
    const { model, part: batch } = this;
    const program = await this.program(() => buildLogitsProgram(model, batch, 'flat'), 'logits');
    const batching = { batch, inputShape: model.inputShape, columns: model.classes };
    return inBatches(pixels, count, batching, async (data) => {
      const { host } = await program.run(
        new Map<string, Tensor | DeviceTensor>([
          ...this.state,
          ...this.averages(),
          [inputNames.pixels, { shape: [batch, ...model.inputShape], data }],
        ]),
      );
      return (host.get('logits') as Tensor).data;
    });
  }

  async parameters(): Promise<NamedTensors> {
    return downloadGroups(this.backend, 'parameters', this.model.groups, this.state);
  }

  async averagedParameters(): Promise<NamedTensors> {
    return downloadGroups(this.backend, 'parameters', this.model.groups, new Map([...this.state, ...this.averages()]));
  }

  async optimizer(): Promise<OptimizerState> {
    return {
      step: this.steps,
      firstMoments: await downloadGroups(this.backend, 'firstMoments', this.model.trainable, this.state),
      secondMoments:
        this.options.optimizer.kind === 'adamw'
          ? await downloadGroups(this.backend, 'secondMoments', this.model.trainable, this.state)
          : new Map(),
      averages:
        this.options.emaDecay === null
          ? new Map()
          : await downloadGroups(this.backend, 'averages', this.model.trainable, this.state),
      ...(this.part < this.options.microBatch ? { part: this.part } : {}),
      ...(this.lossScale ? { lossScale: this.lossScale } : {}),
    };
  }

  async shrink(part: number): Promise<void> {
    // What programs made goes before them, and they go before anything new is taken.
    const { trainable } = this.model;
    const sums = [...trainable.map(({ name }) => stateName.gradients(name)), ...Object.values(scalarState)];
    for (const name of sums) {
      this.state.get(name)?.dispose();
      this.state.delete(name);
    }
    for (const name of ['accumulate', 'logits']) {
      await this.programs.get(name)?.dispose();
      this.programs.delete(name);
    }
    this.part = part;
    await this.clearSums();
  }

  async dispose(): Promise<void> {
    for (const tensor of this.state.values()) tensor.dispose();
    this.state.clear();
    for (const program of this.programs.values()) await program.dispose();
    this.programs.clear();
    for (const uploaded of this.uploads.splice(0)) await uploaded.release();
  }

  /** Averages under the names of the parameters that they stand in for. */
  private averages(): readonly [string, DeviceTensor][] {
    return this.model.trainable.flatMap(({ name }): [string, DeviceTensor][] => {
      const average = this.state.get(stateName.averages(name));
      return average ? [[stateName.parameters(name), average]] : [];
    });
  }

  /** Compiled on first use, then kept. */
  private async program(build: () => Graph, name: string): Promise<Program> {
    const known = this.programs.get(name);
    if (known) return known;
    const graph = build();
    const program = await this.backend.compile(graph, new Set([...this.state.keys()].map(nextName)));
    this.programs.set(name, program);
    return program;
  }

  /** Runs a program on the state and puts the state that it returns in place of the old; gives what comes back to us. */
  private async runOnState(program: Program, inputs: readonly (readonly [string, Tensor])[]): Promise<NamedTensors> {
    const feeds: Feeds = new Map<string, Tensor | DeviceTensor>([...this.state, ...inputs]);
    const { host, device } = await program.run(feeds);
    for (const name of this.state.keys()) {
      const next = device.get(nextName(name));
      if (next) this.replace(new Map([[name, next]]));
    }
    return host;
  }

  /** Sets gradients, loss and clipping factor to zero. */
  private async clearSums(): Promise<void> {
    const { backend } = this;
    const { trainable } = this.model;
    this.keep(await uploadGroups(backend, 'gradients', trainable, zeroGroups(trainable)));
    this.keep(await upload(backend, 'scalars', new Map(Object.values(scalarState).map((name) => [name, scalar(0)]))));
  }

  private keep(uploaded: Uploaded): void {
    this.replace(uploaded.tensors);
    this.uploads.push(uploaded);
  }

  private replace(tensors: ReadonlyMap<string, DeviceTensor>): void {
    for (const [name, tensor] of tensors) {
      this.state.get(name)?.dispose();
      this.state.set(name, tensor);
    }
  }
}
