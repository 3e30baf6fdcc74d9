import { adamW, type UpdateRates, updateInPlace } from './adamw';
import {
  ADD,
  combine,
  DIVIDE,
  get,
  LANES,
  loadFrom,
  MULTIPLY,
  SQRT,
  SUBTRACT,
  set,
  splat,
  storeTo,
  vectorFunctions,
} from './vector-code';
import { averageInPlace } from './weight-average';

/**
 * AdamW and the weight average for large groups, four elements at a time, in the WebAssembly functions written out
 * below. JavaScript has no vector arithmetic and takes 7 to 20 ns per element for AdamW; this code is limited by memory
 * bandwidth. A group lives in one WebAssembly memory, whose views the runtime reads and writes like any other buffer.
 */
export interface KernelGroup {
  readonly parameters: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly gradients: Float32Array;
  /** Null unless requested. */
  readonly averages: Float32Array | null;
  /** Takes one AdamW step in place. Elements [0, decaySize) take weight decay; `factor` scales the gradients. */
  update(factor: number, decaySize: number, rates: UpdateRates): void;
  /** averages = decay averages + (1 - decay) parameters */
  average(decay: number): void;
}

const arrays = ['parameters', 'firstMoments', 'secondMoments', 'gradients', 'averages'] as const;

/** Creates a group of `size` elements, all zero. */
export function createKernelGroup(size: number, averaged = false): KernelGroup {
  const stride = Math.ceil(size / LANES) * LANES * 4;
  const present = averaged ? arrays : arrays.slice(0, -1);
  const memory = createMemory(present.length * stride);
  const [parameters, firstMoments, secondMoments, gradients, averages] = present.map(
    (_, index) => new Float32Array(memory.buffer, index * stride, size),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array | undefined];
  const pointer = (array: (typeof arrays)[number], start: number) => arrays.indexOf(array) * stride + 4 * start;

  const updateRange = (start: number, end: number, factor: number, keep: number, rates: UpdateRates): void => {
    const whole = start + Math.floor((end - start) / LANES) * LANES;
    const { beta1, beta2, epsilon } = adamW;
    if (whole > start) {
      const pointers = arrays.slice(0, 4).map((array) => pointer(array, start));
      const rate = rates.learningRate / (1 - beta1 ** rates.step);
      const correction = 1 / Math.sqrt(1 - beta2 ** rates.step);
      const constants = [factor, beta1, 1 - beta1, beta2, 1 - beta2, rate, correction, epsilon, keep];
      memory.call('update', ...pointers, whole - start, ...constants);
    }
    const tail = (array: Float32Array): Float32Array => array.subarray(whole, end);
    const state = {
      parameters: tail(parameters),
      firstMoments: tail(firstMoments),
      secondMoments: tail(secondMoments),
    };
    updateInPlace(state, tail(gradients), factor, keep === 1 ? 0 : end - whole, rates);
  };

  return {
    parameters,
    firstMoments,
    secondMoments,
    gradients,
    averages: averages ?? null,
    update: (factor, decaySize, rates) => {
      updateRange(0, decaySize, factor, 1 - rates.learningRate * rates.weightDecay, rates);
      updateRange(decaySize, size, factor, 1, rates);
    },
    average: (decay) => {
      if (averages === undefined) return;
      const whole = Math.floor(size / LANES) * LANES;
      if (whole > 0) {
        memory.call('average', pointer('averages', 0), pointer('parameters', 0), whole, decay, 1 - decay);
      }
      averageInPlace(averages.subarray(whole), parameters.subarray(whole), decay);
    },
  };
}

/** Local variables of the update: pointers, count, constants, vectors. */
const local = {
  parameters: 0,
  first: 1,
  second: 2,
  gradients: 3,
  count: 4,
  factor: 5,
  beta1: 6,
  oneMinusBeta1: 7,
  beta2: 8,
  oneMinusBeta2: 9,
  rate: 10,
  correction: 11,
  epsilon: 12,
  keep: 13,
  gradient: 14,
  newFirst: 15,
  newSecond: 16,
} as const;

function updateBody(): number[] {
  const { gradient, newFirst, newSecond } = local;
  const square = combine(MULTIPLY, get(gradient), get(gradient));
  const deviation = combine(MULTIPLY, [...get(newSecond), ...SQRT], splat(local.correction));
  const change = combine(
    DIVIDE,
    combine(MULTIPLY, splat(local.rate), get(newFirst)),
    combine(ADD, deviation, splat(local.epsilon)),
  );
  return [
    // g = factor x gradient
    ...combine(MULTIPLY, loadFrom(local.gradients), splat(local.factor)),
    ...set(gradient),
    // m = b1 m + (1 - b1) g
    ...combine(
      ADD,
      combine(MULTIPLY, loadFrom(local.first), splat(local.beta1)),
      combine(MULTIPLY, splat(local.oneMinusBeta1), get(gradient)),
    ),
    ...set(newFirst),
    ...storeTo(local.first, get(newFirst)),
    // v = b2 v + (1 - b2) g^2
    ...combine(
      ADD,
      combine(MULTIPLY, loadFrom(local.second), splat(local.beta2)),
      combine(MULTIPLY, splat(local.oneMinusBeta2), square),
    ),
    ...set(newSecond),
    ...storeTo(local.second, get(newSecond)),
    // p = keep p - rate m / (correction sqrt(v) + epsilon)
    ...storeTo(
      local.parameters,
      combine(SUBTRACT, combine(MULTIPLY, loadFrom(local.parameters), splat(local.keep)), change),
    ),
  ];
}

/** a = decay a + (1 - decay) p. Local variables: averages, parameters, count, decay, 1 - decay. */
const averageBody = storeTo(
  0,
  combine(ADD, combine(MULTIPLY, loadFrom(0), splat(3)), combine(MULTIPLY, loadFrom(1), splat(4))),
);

const createMemory = vectorFunctions([
  { name: 'update', pointers: 4, constants: 9, vectors: 3, body: updateBody() },
  { name: 'average', pointers: 2, constants: 2, vectors: 0, body: averageBody },
]);
