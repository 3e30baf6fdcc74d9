import type { Backend, Program } from '../backends/backend';
import { clipFactor, sumOfSquares } from '../optim/adamw';
import { createOptimizerGroup, type OptimizerGroup } from '../optim/optimizer';
import { averageDecayAt } from '../optim/weight-average';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { type FlatGroups, packGroups, unpackGroups, viewParameters, zeroGroups } from './flat-state';
import { inBatches } from './logits';
import { createMaskDraw, dropoutSites, type MaskDraw } from './masks';
import { prepareParts, type RunInputs, type StepOptions } from './micro-batch';
import type { TrainableModel } from './model';
import { gradientName, inputNames } from './program-names';
import { buildGradientProgram, buildLogitsProgram } from './programs';
import type { Batch, OptimizerState, StepResult } from './session';
import type { PartwiseSession } from './shrinking-session';

/**
 * Trains with the state in our own memory, for the CPU: the runtime reads parameters in place, writes gradients into
 * buffers that are reused on each step, and the optimizer updates in place. Apart from the gradients, copied once,
 * nothing as large as the model is copied.
 */
export class HostTrainingSession implements PartwiseSession {
  part: number;
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
  /** Averages of the trainable groups; empty without `emaDecay`. */
  private readonly averages: FlatGroups;
  private readonly averagedGroups: readonly ParameterGroup[];
  private readonly parameterViews: ReadonlyMap<string, Tensor>;
  /** Parameters, with averages in place of the averaged ones. */
  private readonly averagedViews: ReadonlyMap<string, Tensor>;
  private readonly gradientViews: ReadonlyMap<string, Tensor>;
  private readonly masks: MaskDraw;
  private readonly loss: Tensor = { shape: [], data: new Float32Array(1) };
  /** Gradients of the second and later runs of a step, before they are added to the first. */
  private scratch: { flat: FlatGroups; views: ReadonlyMap<string, Tensor> } | null = null;
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
    const averaged = options.emaDecay !== null;
    this.kernels = new Map(
      trainable.map(({ name, size }) => [name, createOptimizerGroup(size, options.optimizer, averaged)]),
    );
    const buffers = (kind: 'firstMoments' | 'secondMoments' | 'gradients' | 'averages'): FlatGroups =>
      new Map([...this.kernels].flatMap(([name, { [kind]: buffer }]) => (buffer === null ? [] : [[name, buffer]])));
    this.secondGroups = options.optimizer.kind === 'adamw' ? trainable : [];
    this.flatParameters = packGroups(
      groups,
      parameters,
      new Map(groups.map(({ name, size }) => [name, this.kernels.get(name)?.parameters ?? new Float32Array(size)])),
    );
    this.firstMoments = buffers('firstMoments');
    this.secondMoments = buffers('secondMoments');
    this.gradients = buffers('gradients');
    this.averages = buffers('averages');
    this.averagedGroups = averaged ? trainable : [];
    packGroups(this.averagedGroups, optimizer?.averages ?? parameters, this.averages);
    if (optimizer) {
      packGroups(trainable, optimizer.firstMoments, this.firstMoments);
      packGroups(this.secondGroups, optimizer.secondMoments, this.secondMoments);
    }
    this.parameterViews = viewParameters(groups, this.flatParameters);
    this.averagedViews = new Map([...this.parameterViews, ...viewParameters(this.averagedGroups, this.averages)]);
    this.gradientViews = this.gradientTargets(this.gradients);
    this.masks = createMaskDraw(dropoutSites(model, options.microBatch), options.seeds);
    this.steps = optimizer?.step ?? 0;
    this.part = Math.min(optimizer?.part ?? options.part ?? options.microBatch, options.microBatch);
  }

  async step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult> {
    const { trainable } = this.model;
    let loss = 0;
    let runs = 0;
    for (const [index, batch] of microBatches.entries()) {
      const masks = this.masks(this.steps, index);
      for (const inputs of prepareParts(this.model, this.options, this.part, batch, 1 / microBatches.length, masks)) {
        runs += 1;
        if (runs === 1) {
          loss = await this.differentiate(inputs, this.gradientViews);
          continue;
        }
        this.scratch ??= this.createScratch();
        loss += await this.differentiate(inputs, this.scratch.views);
        for (const { name } of trainable) addInPlace(bufferOf(this.gradients, name), bufferOf(this.scratch.flat, name));
      }
    }

    const squares = trainable.reduce((sum, { name }) => sum + sumOfSquares(bufferOf(this.gradients, name)), 0);
    const gradientNorm = Math.sqrt(squares);
    const factor = clipFactor(gradientNorm, this.options.maxGradientNorm);
    this.steps += 1;
    const { weightDecay, emaDecay } = this.options;
    for (const { name, decaySize } of trainable) {
      const rates = { step: this.steps, learningRate: learningRate * this.model.rateFactor(name), weightDecay };
      const kernel = this.kernels.get(name) as OptimizerGroup;
      kernel.update(factor, decaySize, rates);
      if (emaDecay !== null) kernel.average(averageDecayAt(emaDecay, this.steps));
    }
    return { loss, gradientNorm };
  }

  async logits(pixels: Float32Array, count: number): Promise<Float32Array> {
    const { model, part } = this;
    this.logitsProgram ??= await this.backend.compile(buildLogitsProgram(model, part, 'separate'));
    const program = this.logitsProgram;
    const shape = [part, ...model.inputShape];
    const batching = { batch: part, inputShape: model.inputShape, columns: model.classes };
    return inBatches(pixels, count, batching, async (data) => {
      const { host } = await program.run(new Map([...this.averagedViews, [inputNames.pixels, { shape, data }]]));
      return (host.get('logits') as Tensor).data;
    });
  }

  async parameters(): Promise<NamedTensors> {
    return unpackGroups(this.model.groups, this.flatParameters);
  }

  async averagedParameters(): Promise<NamedTensors> {
    return new Map([...(await this.parameters()), ...unpackGroups(this.averagedGroups, this.averages)]);
  }

  async optimizer(): Promise<OptimizerState> {
    return {
      step: this.steps,
      firstMoments: unpackGroups(this.model.trainable, this.firstMoments),
      secondMoments: unpackGroups(this.secondGroups, this.secondMoments),
      averages: unpackGroups(this.averagedGroups, this.averages),
      ...(this.part < this.options.microBatch ? { part: this.part } : {}),
    };
  }

  async shrink(part: number): Promise<void> {
    await this.dispose();
    this.part = part;
  }

  async dispose(): Promise<void> {
    const programs = [this.gradientProgram, this.logitsProgram];
    this.gradientProgram = null;
    this.logitsProgram = null;
    for (const program of programs) await program?.dispose();
  }

  /** Computes the loss and gradients of one run. */
  private async differentiate(inputs: RunInputs, into: ReadonlyMap<string, Tensor>): Promise<number> {
    this.gradientProgram ??= await this.backend.compile(buildGradientProgram(this.model, this.part));
    await this.gradientProgram.run(new Map([...this.parameterViews, ...inputs]), into);
    return this.loss.data[0] as number;
  }

  private createScratch() {
    const flat = zeroGroups(this.model.trainable);
    return { flat, views: this.gradientTargets(flat) };
  }

  /** Buffers for the outputs of a run of the gradient program. */
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
