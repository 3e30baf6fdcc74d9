import type { Backend, DeviceTensor } from '../backends/backend';
import { initialLossScale, type LossScale, nextLossScale } from '../precision/loss-scale';
import type { NamedTensors, Tensor } from '../tensor';
import { packGroups, zeroGroups } from './flat-state';
import { inBatches } from './logits';
import { createMaskDraw, dropoutSites, type MaskDraw } from './masks';
import { prepareParts, type StepOptions } from './micro-batch';
import type { TrainableModel } from './model';
import { inputNames, summaryName } from './program-names';
import {
  buildAccumulateProgram,
  buildClearProgram,
  buildClipProgram,
  buildLogitsProgram,
  buildUpdateProgram,
  unscaleName,
  updateRates,
} from './programs';
import { ResidentState, scalar } from './resident-state';
import type { Batch, OptimizerState, StepResult } from './session';
import type { PartwiseSession } from './shrinking-session';

/**
 * Trains with the state on the device: a few flat tensors per group, which programs take and return without a copy to
 * main memory. Gradients and losses are accumulated there too, so a step uploads pixels, targets, masks and rates and
 * downloads two numbers.
 */
export class DeviceTrainingSession implements PartwiseSession {
  part: number;
  private readonly model: TrainableModel;
  private readonly options: StepOptions;
  private readonly state: ResidentState;
  private readonly masks: MaskDraw;
  private steps: number;
  /** Null in float32, which needs no scale. */
  private lossScale: LossScale | null;

  private constructor(backend: Backend, model: TrainableModel, options: StepOptions, optimizer: OptimizerState | null) {
    this.model = model;
    this.options = options;
    this.state = new ResidentState(backend, model);
    this.masks = createMaskDraw(dropoutSites(model, options.microBatch), options.seeds);
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
    const { state } = session;
    const { groups, trainable } = model;
    const moments = (tensors: NamedTensors | undefined) =>
      tensors ? packGroups(trainable, tensors) : zeroGroups(trainable);
    await state.put('parameters', groups, packGroups(groups, parameters));
    await state.put('firstMoments', trainable, moments(optimizer?.firstMoments));
    if (options.optimizer.kind === 'adamw')
      await state.put('secondMoments', trainable, moments(optimizer?.secondMoments));
    if (options.emaDecay !== null)
      await state.put('averages', trainable, packGroups(trainable, optimizer?.averages ?? parameters));
    await state.clearSums();
    return session;
  }

  async step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult> {
    const { model, options, state, lossScale } = this;
    const { precision = 'fp32' } = options;
    const lossFactor = (lossScale?.scale ?? 1) / microBatches.length;
    const accumulate = await state.program('accumulate', () => buildAccumulateProgram(model, this.part, precision));
    for (const [index, batch] of microBatches.entries()) {
      const masks = this.masks(this.steps, index);
      for (const inputs of prepareParts(model, options, this.part, batch, lossFactor, masks)) {
        await state.run(accumulate, inputs);
      }
    }
    const clip = await state.program('clip', () => buildClipProgram(model, options.maxGradientNorm, precision));
    const unscale = lossScale ? [[unscaleName, scalar(1 / lossScale.scale)] as const] : [];
    const summary = (await state.run(clip, unscale)).get(summaryName) as Tensor;
    const [loss = Number.NaN, gradientNorm = Number.NaN] = summary.data;
    if (lossScale) {
      if (!Number.isFinite(gradientNorm)) return this.skip(lossScale, loss, gradientNorm);
      this.lossScale = nextLossScale(lossScale, true);
    }
    const update = await state.program('update', () => buildUpdateProgram(model, options));
    await state.run(update, [updateRates(options, this.steps + 1, learningRate)]);
    this.steps += 1;
    return { loss, gradientNorm };
  }

  /** Discards gradients that half floats could not represent and continues with a smaller loss scale. */
  private async skip(before: LossScale, loss: number, gradientNorm: number): Promise<StepResult> {
    const { state } = this;
    const clear = await state.program('clear', () => buildClearProgram(this.model));
    await state.run(clear, []);
    const after = nextLossScale(before, false);
    this.lossScale = after;
    return {
      loss,
      gradientNorm,
      skipped: true,
      note: `Gradients overflowed in half precision. The step was skipped, and the loss scale is now ${after.scale}.`,
    };
  }

  async logits(pixels: Float32Array, count: number): Promise<Float32Array> {
    const { model, state, part: batch } = this;
    const program = await state.program('logits', () => buildLogitsProgram(model, batch, 'flat'));
    const batching = { batch, inputShape: model.inputShape, columns: model.classes };
    return inBatches(pixels, count, batching, async (data) => {
      const { host } = await program.run(
        new Map<string, Tensor | DeviceTensor>([
          ...state.averaged(),
          [inputNames.pixels, { shape: [batch, ...model.inputShape], data }],
        ]),
      );
      return (host.get('logits') as Tensor).data;
    });
  }

  parameters(): Promise<NamedTensors> {
    return this.state.download('parameters', this.model.groups);
  }

  averagedParameters(): Promise<NamedTensors> {
    return this.state.download('parameters', this.model.groups, this.state.averaged());
  }

  async optimizer(): Promise<OptimizerState> {
    const { state, options } = this;
    const { trainable } = this.model;
    return {
      step: this.steps,
      firstMoments: await state.download('firstMoments', trainable),
      secondMoments: options.optimizer.kind === 'adamw' ? await state.download('secondMoments', trainable) : new Map(),
      averages: options.emaDecay === null ? new Map() : await state.download('averages', trainable),
      ...(this.part < options.microBatch ? { part: this.part } : {}),
      ...(this.lossScale ? { lossScale: this.lossScale } : {}),
    };
  }

  async shrink(part: number): Promise<void> {
    // Tensors of the old size are freed before new ones are allocated.
    await this.state.dropSums(['accumulate', 'logits']);
    this.part = part;
    await this.state.clearSums();
  }

  dispose(): Promise<void> {
    return this.state.dispose();
  }
}
