import type { TrainingPrecision } from '#shared/models/run-config';
import { backward } from '../autodiff/backward';
import { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import type { Value } from '../ir/value';
import { buildClip, buildUpdate, ratesFor } from '../optim/adamw';
import { buildSgdUpdate } from '../optim/sgd';
import { averageDecayAt, buildAverage } from '../optim/weight-average';
import { autocast } from '../precision/autocast';
import { type DropoutSource, dropoutInputs } from '../vit/dropout';
import type { ParameterGroup, ParameterSource } from '../vit/parameters';
import type { StepOptions } from './micro-batch';
import type { TrainableModel } from './model';
import { gradientName, inputNames, scalarState, stateName, summaryName } from './program-names';

/** [] 1 / loss scale: an input of the clip program in fp16. */
export const unscaleName = 'unscale';

/** Returns the name of the output that replaces a state. ONNX requires names of inputs and outputs to differ. */
export const nextName = (state: string): string => `next.${state}`;

/** How a program receives its parameters: one input each, or one flat input per group that it slices. */
export type ParameterLayout = 'separate' | 'flat';

/** Declares the parameters of `groups` as inputs of the graph. */
export function declareParameters(
  builder: GraphBuilder,
  groups: readonly ParameterGroup[],
  layout: ParameterLayout,
): ParameterSource {
  const values = new Map<string, Value>();
  for (const group of groups) {
    const flat = layout === 'flat' ? builder.input(stateName.parameters(group.name), [group.size]) : null;
    for (const { name, shape, offset, size } of group.parameters) {
      values.set(
        name,
        flat ? builder.reshape(builder.slice(flat, 0, offset, offset + size), shape) : builder.input(name, shape),
      );
    }
  }
  return (name) => {
    const value = values.get(name);
    if (!value) throw new Error(`the model has no parameter ${name}`);
    return value;
  };
}

/** pixels, parameters -> logits [batch, classes] */
export function buildLogitsProgram(model: TrainableModel, batch: number, layout: ParameterLayout): Graph {
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, model.groups, layout);
  const input = builder.input(inputNames.pixels, [batch, ...model.inputShape]);
  builder.output('logits', model.forward(builder, parameter, input));
  return builder.build(`${model.name} logits`);
}

/**
 * Builds the forward pass of a training step alone, for what follows from its shapes.
 *
 * @param watch wraps the source of random numbers
 */
export function buildTrainingForward(
  model: TrainableModel,
  batch: number,
  watch: (source: DropoutSource) => DropoutSource = (source) => source,
): Graph {
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, model.groups, 'separate');
  const input = builder.input(inputNames.pixels, [batch, ...model.inputShape]);
  builder.output('logits', model.forward(builder, parameter, input, watch(dropoutInputs(builder))));
  return builder.build(`${model.name} training forward`);
}

/** Builds forward and backward pass. Returns the loss [] and a gradient for each trainable parameter. */
function differentiate(builder: GraphBuilder, model: TrainableModel, batch: number, layout: ParameterLayout) {
  const parameter = declareParameters(builder, model.groups, layout);
  const input = builder.input(inputNames.pixels, [batch, ...model.inputShape]);
  const targets = builder.input(inputNames.targets, [batch, model.targetSize]);
  const loss = model.loss(builder, model.forward(builder, parameter, input, dropoutInputs(builder)), targets);
  const names = model.trainable.flatMap((group) => group.parameters.map(({ name }) => name));
  const gradients = backward(builder, loss, names.map(parameter));
  return { loss, gradients: new Map(names.map((name, index) => [name, gradients[index] as Value])) };
}

/**
 * pixels, targets, masks, parameters -> loss and one gradient per parameter: for the CPU, whose state lives in our own
 * memory.
 */
export function buildGradientProgram(model: TrainableModel, batch: number): Graph {
  const builder = new GraphBuilder();
  const { loss, gradients } = differentiate(builder, model, batch, 'separate');
  builder.output('loss', loss);
  for (const [name, gradient] of gradients) builder.output(gradientName(name), gradient);
  return builder.build(`${model.name} gradients`);
}

/**
 * pixels, targets, masks, flat parameters, loss, flat gradients -> loss and flat gradients with this micro-batch's
 * added. In fp16, matrices are multiplied in half precision; inputs and outputs are float32.
 */
export function buildAccumulateProgram(model: TrainableModel, batch: number, precision: TrainingPrecision): Graph {
  const builder = new GraphBuilder();
  const { loss, gradients } = differentiate(builder, model, batch, 'flat');
  builder.output(nextName(scalarState.loss), builder.add(builder.input(scalarState.loss, []), loss));
  for (const { name: group, parameters, size } of model.trainable) {
    const flat = parameters.map((parameter) =>
      builder.reshape(gradients.get(parameter.name) as Value, [parameter.size]),
    );
    const before = builder.input(stateName.gradients(group), [size]);
    builder.output(nextName(stateName.gradients(group)), builder.add(before, builder.concat(flat, 0)));
  }
  const graph = builder.build(`${model.name} accumulate`);
  return precision === 'fp16' ? autocast(graph) : graph;
}

/**
 * Flat gradients -> the factor that clips them, and the step's summary. Separate from the update, to keep both programs
 * small. The loss is reset to zero for the next step. In fp16, loss and gradients are scaled on input; the summary is
 * unscaled, and the factor undoes the scale.
 */
export function buildClipProgram(model: TrainableModel, maximumNorm: number, precision: TrainingPrecision): Graph {
  const builder = new GraphBuilder();
  const loss = builder.input(scalarState.loss, []);
  const unscale = precision === 'fp16' ? builder.input(unscaleName, []) : null;
  const gradients = model.trainable.map(({ name, size }) => builder.input(stateName.gradients(name), [size]));
  const { norm, factor } = buildClip(builder, gradients, maximumNorm, unscale);
  builder.output(nextName(scalarState.factor), factor);
  builder.output(nextName(scalarState.loss), builder.multiply(loss, builder.scalar(0)));
  builder.output(
    summaryName,
    builder.concat(
      [unscale ? builder.multiply(loss, unscale) : loss, norm].map((scalar) => builder.reshape(scalar, [1])),
      0,
    ),
  );
  return builder.build(`${model.name} clip`);
}

/** Loss and flat gradients, whatever their values, -> zeros: the cleanup after a skipped step. */
export function buildClearProgram(model: TrainableModel): Graph {
  const builder = new GraphBuilder();
  const clear = (name: string, shape: readonly number[]): void => {
    // No number is greater than itself, while a product with zero would keep infinities and NaN.
    const value = builder.input(name, shape);
    builder.output(nextName(name), builder.greater(value, value));
  };
  clear(scalarState.loss, []);
  for (const { name, size } of model.trainable) clear(stateName.gradients(name), [size]);
  return builder.build(`${model.name} clear`);
}

/** Inputs of an update that come from the host, in one tensor: one upload per step. */
const ratesName = 'rates';

/** Returns the input of the update program for one step. */
export function updateRates({ optimizer, weightDecay, emaDecay }: UpdateOptions, step: number, learningRate: number) {
  const { rate, correction, keep } = ratesFor({ step, learningRate, weightDecay });
  const average = averageDecayAt(emaDecay ?? 0, step);
  const data = Float32Array.from([
    ...(optimizer.kind === 'adamw' ? [rate, correction, keep] : [learningRate]),
    ...(emaDecay === null ? [] : [average, 1 - average]),
  ]);
  return [ratesName, { shape: [data.length], data }] as const;
}

/**
 * Builds the optimizer over all groups and the average of the resulting weights; also resets the gradients to zero for
 * the next step.
 */
export function buildUpdateProgram(model: TrainableModel, options: UpdateOptions): Graph {
  const builder = new GraphBuilder();
  const factor = builder.input(scalarState.factor, []);
  const isAdamW = options.optimizer.kind === 'adamw';
  const rates = declareRates(builder, (isAdamW ? 3 : 1) + (options.emaDecay === null ? 0 : 2));
  const update = isAdamW ? adamWUpdate(builder, rates) : sgdUpdate(builder, rates, options);
  const average = options.emaDecay === null ? null : averageUpdate(builder, rates);
  for (const group of model.trainable) {
    const { name, size } = group;
    const gradients = builder.input(stateName.gradients(name), [size]);
    const parameters = update(group, builder.multiply(gradients, factor), model.rateFactor(name));
    average?.(group, parameters);
    builder.output(nextName(stateName.gradients(name)), builder.multiply(gradients, builder.scalar(0)));
  }
  return builder.build(`${model.name} update`);
}

/** Declares the rates and returns each as a scalar []. */
function declareRates(builder: GraphBuilder, count: number): readonly Value[] {
  const rates = builder.input(ratesName, [count]);
  return Array.from({ length: count }, (_, index) => builder.reshape(builder.slice(rates, 0, index, index + 1), []));
}

type UpdateOptions = Pick<StepOptions, 'optimizer' | 'weightDecay' | 'emaDecay'>;
/** Returns the group's next parameters. */
type GroupUpdate = (group: ParameterGroup, gradients: Value, rateFactor: number) => Value;

function averageUpdate(builder: GraphBuilder, rates: readonly Value[]) {
  const [keep, take] = rates.slice(-2) as [Value, Value];
  return ({ name, size }: ParameterGroup, parameters: Value): void => {
    const averages = builder.input(stateName.averages(name), [size]);
    builder.output(nextName(stateName.averages(name)), buildAverage(builder, averages, parameters, keep, take));
  };
}

const scaled = (builder: GraphBuilder, value: Value, factor: number): Value =>
  factor === 1 ? value : builder.multiply(value, builder.scalar(factor));

function adamWUpdate(builder: GraphBuilder, scalars: readonly Value[]): GroupUpdate {
  const [rate, correction, keep] = scalars as [Value, Value, Value];
  const one = builder.scalar(1);
  return ({ name, size, decaySize }, gradients, rateFactor) => {
    const rates = {
      rate: scaled(builder, rate, rateFactor),
      correction,
      keep: rateFactor === 1 ? keep : builder.subtract(one, scaled(builder, builder.subtract(one, keep), rateFactor)),
    };
    const state = {
      parameters: builder.input(stateName.parameters(name), [size]),
      firstMoments: builder.input(stateName.firstMoments(name), [size]),
      secondMoments: builder.input(stateName.secondMoments(name), [size]),
    };
    const next = buildUpdate(builder, state, gradients, decaySize, rates);
    builder.output(nextName(stateName.parameters(name)), next.parameters);
    builder.output(nextName(stateName.firstMoments(name)), next.firstMoments);
    builder.output(nextName(stateName.secondMoments(name)), next.secondMoments);
    return next.parameters;
  };
}

function sgdUpdate(
  builder: GraphBuilder,
  scalars: readonly Value[],
  { optimizer, weightDecay }: UpdateOptions,
): GroupUpdate {
  const [rate] = scalars as [Value];
  const momentum = optimizer.kind === 'sgd' ? optimizer.momentum : 0;
  return ({ name, size, decaySize }, gradients, rateFactor) => {
    const state = {
      parameters: builder.input(stateName.parameters(name), [size]),
      velocities: builder.input(stateName.firstMoments(name), [size]),
    };
    const rates = { rate: scaled(builder, rate, rateFactor), weightDecay, momentum };
    const next = buildSgdUpdate(builder, state, gradients, decaySize, rates);
    builder.output(nextName(stateName.parameters(name)), next.parameters);
    builder.output(nextName(stateName.firstMoments(name)), next.velocities);
    return next.parameters;
  };
}
