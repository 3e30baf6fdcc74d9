import { adamW, type UpdateRates, updateInPlace } from './adamw';

/**
 * AdamW for large groups, four elements at a time: a WebAssembly function written out below. JavaScript has no vector
 * arithmetic and takes 7 to 20 ns an element; this is bound by memory. A group lives in one WebAssembly memory, whose
 * views the runtime reads and writes like any other buffer.
 */
export interface KernelGroup {
  readonly parameters: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly gradients: Float32Array;
  /** One AdamW step in place; elements [0, decaySize) take weight decay. `factor` scales the gradients. */
  update(factor: number, decaySize: number, rates: UpdateRates): void;
}

/** The part of WebAssembly's JavaScript interface that is used here; TypeScript has it only among the browser's. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Record<string, unknown> };
};

const LANES = 4;
const PAGE_BYTES = 65_536;
const arrays = ['parameters', 'firstMoments', 'secondMoments', 'gradients'] as const;

type UpdateFunction = (
  ...operands: [parameters: number, first: number, second: number, gradients: number, count: number, ...number[]]
) => void;

/** A group of `size` elements, all zero. */
export function createKernelGroup(size: number): KernelGroup {
  const stride = Math.ceil(size / LANES) * LANES * 4;
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil((arrays.length * stride) / PAGE_BYTES)) });
  const [parameters, firstMoments, secondMoments, gradients] = arrays.map(
    (_, index) => new Float32Array(memory.buffer, index * stride, size),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  compiled ??= new WebAssembly.Module(moduleBytes());
  const instance = new WebAssembly.Instance(compiled, { state: { memory } });
  const kernel = instance.exports['update'] as UpdateFunction;

  const updateRange = (start: number, end: number, factor: number, keep: number, rates: UpdateRates): void => {
    const whole = start + Math.floor((end - start) / LANES) * LANES;
    const { beta1, beta2, epsilon } = adamW;
    if (whole > start) {
      const [p, m, v, g] = arrays.map((_, index) => index * stride + 4 * start) as [number, number, number, number];
      const rate = rates.learningRate / (1 - beta1 ** rates.step);
      const correction = 1 / Math.sqrt(1 - beta2 ** rates.step);
      const constants = [factor, beta1, 1 - beta1, beta2, 1 - beta2, rate, correction, epsilon, keep];
      kernel(p, m, v, g, whole - start, ...constants);
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
    update: (factor, decaySize, rates) => {
      updateRange(0, decaySize, factor, 1 - rates.learningRate * rates.weightDecay, rates);
      updateRange(decaySize, size, factor, 1, rates);
    },
  };
}

let compiled: object | null = null;

// The binary format: https://webassembly.github.io/spec/core/binary/ ; vector instructions have the prefix 0xfd.
const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const vector = { load: [0xfd, 0], store: [0xfd, 11], splat: [0xfd, 19], sqrt: [0xfd, 0xe3, 1] } as const;
const [ADD, SUBTRACT, MULTIPLY, DIVIDE] = [0xe4, 0xe5, 0xe6, 0xe7].map((code) => [0xfd, code, 1]) as [
  number[],
  number[],
  number[],
  number[],
];
/** Alignment 2^2, offset 0: groups are split anywhere. */
const MEMORY_ARGUMENT = [2, 0];

/** Locals of the function: its parameters, then three vectors. */
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

const get = (index: number): number[] => [0x20, index];
const set = (index: number): number[] => [0x21, index];
const every = (index: number): number[] => [...get(index), ...vector.splat];
const loadFrom = (pointer: number): number[] => [...get(pointer), ...vector.load, ...MEMORY_ARGUMENT];
const storeTo = (pointer: number, value: number[]): number[] => [
  ...get(pointer),
  ...value,
  ...vector.store,
  ...MEMORY_ARGUMENT,
];
const combine = (operation: number[], a: number[], b: number[]): number[] => [...a, ...b, ...operation];
/** local = local + constant */
const increase = (index: number, by: number): number[] => [...get(index), 0x41, by & 0x7f, 0x6a, ...set(index)];

function functionBody(): number[] {
  const { gradient, newFirst, newSecond } = local;
  const square = combine(MULTIPLY, get(gradient), get(gradient));
  const deviation = combine(MULTIPLY, [...get(newSecond), ...vector.sqrt], every(local.correction));
  const change = combine(
    DIVIDE,
    combine(MULTIPLY, every(local.rate), get(newFirst)),
    combine(ADD, deviation, every(local.epsilon)),
  );
  const loop = [
    // g = factor x gradient
    ...combine(MULTIPLY, loadFrom(local.gradients), every(local.factor)),
    ...set(gradient),
    // m = b1 m + (1 - b1) g
    ...combine(
      ADD,
      combine(MULTIPLY, loadFrom(local.first), every(local.beta1)),
      combine(MULTIPLY, every(local.oneMinusBeta1), get(gradient)),
    ),
    ...set(newFirst),
    ...storeTo(local.first, get(newFirst)),
    // v = b2 v + (1 - b2) g^2
    ...combine(
      ADD,
      combine(MULTIPLY, loadFrom(local.second), every(local.beta2)),
      combine(MULTIPLY, every(local.oneMinusBeta2), square),
    ),
    ...set(newSecond),
    ...storeTo(local.second, get(newSecond)),
    // p = keep p - rate m / (correction sqrt(v) + epsilon)
    ...storeTo(
      local.parameters,
      combine(SUBTRACT, combine(MULTIPLY, loadFrom(local.parameters), every(local.keep)), change),
    ),
    ...[local.parameters, local.first, local.second, local.gradients].flatMap((pointer) => increase(pointer, 16)),
    ...increase(local.count, -LANES),
    // Again while count > 0.
    ...[...get(local.count), 0x41, 0, 0x4a, 0x0d, 0],
  ];
  return [0x03, 0x40, ...loop, 0x0b, 0x0b];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
  const parameterTypes = [...Array<number>(5).fill(I32), ...Array<number>(9).fill(F32)];
  const body = [1, 3, V128, ...functionBody()];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, parameterTypes.length, ...parameterTypes, 0]),
    ...section(2, [1, ...name('state'), ...name('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('update'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

/** LEB128 */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
