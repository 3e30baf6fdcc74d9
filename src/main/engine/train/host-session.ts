import type { Backend, Program } from '../backends/backend';
import { clipFactor, sumOfSquares } from '../optim/adamw';
import { createOptimizerGroup, type OptimizerGroup } from '../optim/optimizer';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { type FlatGroups, packGroups, unpackGroups, viewParameters, zeroGroups } from './flat-state';
import { inBatches } from './logits';
import { createMaskDraw, type MaskDraw, maskSites } from './masks';
import { prepareMicroBatch, type StepOptions } from './micro-batch';
import type { TrainableModel } from './model';
import { buildGradientProgram, buildLogitsProgram, gradientName, inputNames } from './programs';
import type { Batch, OptimizerState, StepResult, TrainingSession } from './session';

/**
 * Training with the state in our own memory, for the CPU: the runtime reads parameters where they lie, writes
 * gradients into buffers that are used again each step, and the optimizer works in place. Nothing as large as the model is
 * copied but the gradients, once.
 */
export class HostTrainingSession implements TrainingSession {
  private readonly backend: Backend;
  private readonly model: TrainableModel;
  private readonly options: StepOptions;
  /** Parameters, moments and gradients of the trainable groups. */
  private readonly kernels: ReadonlyMap<string, OptimizerGroup>;
  private readonly flatParameters: FlatGroups;
  private readonly firstMoments: FlatGroups;
  private readonly secondMoments: FlatGroups;
  /** Groups with second moments: none for SGD. */
  private readonly secondGroups: readonly ParameterGroup[];
  private readonly gradients: FlatGroups;
  private readonly parameterViews: ReadonlyMap<string, Tensor>;
  private readonly gradientViews: ReadonlyMap<string, Tensor>;
  private readonly masks: MaskDraw;
  private readonly loss: Tensor = { shape: [], data: new Float32Array(1) };
  /** Gradients of the second and later micro-batches of a step, before they are added. */
  private more: { flat: FlatGroups; views: ReadonlyMap<string, Tensor> } | null = null;
  private gradientProgram: Program | null = null;
  private logitsProgram: Program | null = null;
  private steps: number;

  constructor(
    backend: Backend,
    model: TrainableModel,
    options: StepOptions,
    parameters: NamedTensors,
    optimizer: OptimizerState | null,
  ) {
    this.backend = backend;
    this.model = model;
    this.options = options;
    const { groups, trainable } = model;
    this.kernels = new Map(trainable.map(({ name, size }) => [name, createOptimizerGroup(size, options.optimizer)]));
    const part = (kind: 'firstMoments' | 'secondMoments' | 'gradients'): FlatGroups =>
      new Map([...this.kernels].flatMap(([name, { [kind]: buffer }]) => (buffer === null ? [] : [[name, buffer]])));
    this.secondGroups = options.optimizer.kind === 'adamw' ? trainable : [];
    this.flatParameters = packGroups(
      groups,
      parameters,
      new Map(groups.map(({ name, size }) => [name, this.kernels.get(name)?.parameters ?? new Float32Array(size)])),
    );
    this.firstMoments = part('firstMoments');
    this.secondMoments = part('secondMoments');
    this.gradients = part('gradients');
    if (optimizer) {
      packGroups(trainable, optimizer.firstMoments, this.firstMoments);
      packGroups(this.secondGroups, optimizer.secondMoments, this.secondMoments);
    }
    this.parameterViews = viewParameters(groups, this.flatParameters);
    this.gradientViews = this.gradientTargets(this.gradients);
    this.masks = createMaskDraw(maskSites(model, options.microBatch), options.seeds);
    this.steps = optimizer?.step ?? 0;
  }

  async step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult> {
    const { trainable } = this.model;
    let loss = 0;
    for (const [index, batch] of microBatches.entries()) {
      if (index === 0) {
        loss = await this.differentiate(batch, index, microBatches.length, this.gradientViews);
        continue;
      }
      this.more ??= this.moreGradients();
      loss += await this.differentiate(batch, index, microBatches.length, this.more.views);
      for (const { name } of trainable) addInPlace(bufferOf(this.gradients, name), bufferOf(this.more.flat, name));
    }

    const squares = trainable.reduce((sum, { name }) => sum + sumOfSquares(bufferOf(this.gradients, name)), 0);
    const gradientNorm = Math.sqrt(squares);
    const factor = clipFactor(gradientNorm, this.options.maxGradientNorm);
    this.steps += 1;
    const { weightDecay } = this.options;
    for (const { name, decaySize } of trainable) {
      const rates = { step: this.steps, learningRate: learningRate * this.model.rateFactor(name), weightDecay };
      this.kernels.get(name)?.update(factor, decaySize, rates);
    }
    return { loss, gradientNorm };
  }

  async logits(pixels: Float32Array, count: number): Promise<Float32Array> {
    const { model, options } = this;
    this.logitsProgram ??= await this.backend.compile(buildLogitsProgram(model, options.microBatch, 'separate'));
    const program = this.logitsProgram;
    const shape = [options.microBatch, ...model.inputShape];
    const batching = { batch: options.microBatch, inputShape: model.inputShape, columns: model.classes };
    return inBatches(pixels, count, batching, async (data) => {
      const { host } = await program.run(new Map([...this.parameterViews, [inputNames.pixels, { shape, data }]]));
      return (host.get('logits') as Tensor).data;
    });
  }

  async parameters(): Promise<NamedTensors> {
    return unpackGroups(this.model.groups, this.flatParameters);
  }

  async optimizer(): Promise<OptimizerState> {
    return {
      step: this.steps,
      firstMoments: unpackGroups(this.model.trainable, this.firstMoments),
      secondMoments: unpackGroups(this.secondGroups, this.secondMoments),
    };
  }

  async dispose(): Promise<void> {
    await this.gradientProgram?.dispose();
    await this.logitsProgram?.dispose();
  }

  private async differentiate(
    batch: Batch,
    index: number,
    accumulation: number,
    into: ReadonlyMap<string, Tensor>,
  ): Promise<number> {
    const { model, options } = this;
    this.gradientProgram ??= await this.backend.compile(buildGradientProgram(model, options.microBatch));
    const { pixels, targets } = prepareMicroBatch(model, options, batch, accumulation);
    await this.gradientProgram.run(
      new Map([
        ...this.parameterViews,
        ...this.masks(this.steps, index),
        [inputNames.pixels, { shape: [options.microBatch, ...model.inputShape], data: pixels }],
        [inputNames.targets, { shape: [options.microBatch, model.classes], data: targets }],
      ]),
      into,
    );
    return this.loss.data[0] as number;
  }

  private moreGradients() {
    const flat = zeroGroups(this.model.trainable);
    return { flat, views: this.gradientTargets(flat) };
  }

  /** Where a run of the gradient program writes its outputs. */
  private gradientTargets(flat: FlatGroups): ReadonlyMap<string, Tensor> {
    const views = [...viewParameters(this.model.trainable, flat)];
    return new Map<string, Tensor>([
      ...views.map(([name, view]): [string, Tensor] => [gradientName(name), view]),
      ['loss', this.loss],
    ]);
  }
}

function bufferOf(groups: FlatGroups, name: string): Float32Array {
  const buffer = groups.get(name);
  if (!buffer) throw new Error(`no group ${name}`);
  return buffer;
}

function addInPlace(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + (values[i] as number);
}
