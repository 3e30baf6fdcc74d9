import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';
import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from '../vit/config';
import { buildTokens } from '../vit/forward';
import { initialiseParameters } from '../vit/initialise';
import {
  isUsed,
  linear,
  type ParameterGroup,
  type ParameterSource,
  parameterGroups,
  placeParameters,
} from '../vit/parameters';
import { patchCount } from '../vit/tokens';
import type { TrainableModel } from './model';

/** Weights of the three terms of the loss, each a mean square over standardised features. */
export interface DistillationWeights {
  readonly cls: number;
  /** Every patch. */
  readonly patches: number;
  /** The mean of the patches, which many classifiers read. */
  readonly mean: number;
}

/** Projections from the student's width to the teacher's, for CLS and for the patches; discarded after training. */
const HEADS = ['distillation.cls', 'distillation.patches'] as const;

const headGroup = (inputs: number, outputs: number): ParameterGroup =>
  placeParameters(
    'distillation',
    HEADS.flatMap((name) => linear(name, inputs, outputs)),
  );

/** The student's groups without its classifier, which no term of the loss reads. */
const studentGroups = (student: VitConfig): readonly ParameterGroup[] =>
  parameterGroups(student).filter(({ name }) => name !== 'classifier');

/**
 * Describes a student whose features imitate a teacher's: the CLS token and the patches after the final normalisation,
 * each through a linear projection to the teacher's width. The loss of an image with predictions P and targets T is
 *
 *   cls mean((P_cls - T_cls)^2) + patches mean((P_i - T_i)^2) + mean mean((mean_i P_i - mean_i T_i)^2)
 *
 * @param width of the teacher's features; the targets have the student's grid of patches
 */
export function distillationModel(student: VitConfig, width: number, weights: DistillationWeights): TrainableModel {
  const groups = [...studentGroups(student), headGroup(student.hiddenSize, width)];
  const patches = patchCount(student);
  const columns = (1 + patches) * width;
  return {
    name: 'distillation',
    inputShape: [student.channels, student.imageSize, student.imageSize],
    classes: columns,
    targetSize: columns + 1,
    groups,
    trainable: groups.filter(isUsed),
    rateFactor: () => 1,
    forward: (builder, parameter, pixels, mask) =>
      project(builder, parameter, buildTokens(builder, student, parameter, pixels, mask), width),
    loss: (builder, output, targets) => distillationLoss(builder, output, targets, width, weights),
  };
}

/** [batch, 1 + patches, hidden] -> [batch, (1 + patches) x width] */
function project(builder: GraphBuilder, parameter: ParameterSource, tokens: Value, width: number): Value {
  const [batch, count, hidden] = tokens.shape as readonly [number, number, number];
  const [ofCls, ofPatches] = HEADS.map((name, index) => {
    const part = index === 0 ? builder.slice(tokens, 1, 0, 1) : builder.slice(tokens, 1, 1, count);
    const rows = batch * (part.shape[1] as number);
    const x = builder.reshape(part, [rows, hidden]);
    const projected = builder.linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
    return builder.reshape(projected, [batch, (rows / batch) * width]);
  }) as [Value, Value];
  return builder.concat([ofCls, ofPatches], 1);
}

function distillationLoss(
  builder: GraphBuilder,
  output: Value,
  targets: Value,
  width: number,
  weights: DistillationWeights,
): Value {
  const [batch, columns] = output.shape as readonly [number, number];
  const patches = columns / width - 1;
  const imageWeights = builder.slice(targets, 1, columns, columns + 1);
  const difference = builder.subtract(output, builder.slice(targets, 1, 0, columns));
  const ofCls = builder.slice(difference, 1, 0, width);
  const ofPatches = builder.slice(difference, 1, width, columns);
  const ofMean = builder.reduceMean(builder.reshape(ofPatches, [batch, patches, width]), [1]);
  const term = (x: Value, weight: number): Value =>
    builder.multiply(builder.reduceMean(builder.multiply(x, x), [1], true), builder.scalar(weight));
  const perImage = [term(ofCls, weights.cls), term(ofPatches, weights.patches), term(ofMean, weights.mean)];
  const sum = perImage.reduce((a, b) => builder.add(a, b));
  return builder.reduceSum(builder.multiply(sum, imageWeights), [0, 1]);
}

/**
 * Returns targets [batch, targetSize]: the teacher's features, then each image's weight `scale` / count, so that the
 * loss is a mean. Rows beyond `count` are padding and weigh nothing.
 */
export function distillationTargets(options: {
  readonly batch: number;
  readonly targetSize: number;
  /** [count, 1 + patches, width] */
  readonly features: Float32Array;
  readonly count: number;
  /** Factor on the loss: see `crossEntropyTargets`. */
  readonly scale: number;
}): Float32Array {
  const { batch, targetSize, features, count, scale } = options;
  const columns = targetSize - 1;
  if (features.length < count * columns) throw new Error('a micro-batch holds fewer features than its images need');
  const targets = new Float32Array(batch * targetSize);
  for (let row = 0; row < count; row += 1) {
    targets.set(features.subarray(row * columns, (row + 1) * columns), row * targetSize);
    targets[row * targetSize + columns] = scale / count;
  }
  return targets;
}

/**
 * Returns a student's parameters with projections added: the identity where the widths are equal, else random.
 *
 * @param student its parameters under their names on disk
 */
export function withProjections(student: NamedTensors, config: VitConfig, width: number, seed: number): NamedTensors {
  const { hiddenSize } = config;
  const heads = initialiseParameters(headGroup(hiddenSize, width).parameters, seed);
  if (hiddenSize === width) for (const name of HEADS) heads.set(`${name}.weight`, identity(width));
  return new Map([...student, ...heads]);
}

/** Returns the parameters of the student alone, without projections and classifier. */
export function withoutProjections(parameters: NamedTensors, config: VitConfig): NamedTensors {
  const names = studentGroups(config).flatMap((group) => group.parameters.map(({ name }) => name));
  return new Map(names.map((name) => [name, parameters.get(name) as Tensor]));
}

function identity(width: number): Tensor {
  const data = new Float32Array(width * width);
  for (let i = 0; i < width; i += 1) data[i * width + i] = 1;
  return { shape: [width, width], data };
}
