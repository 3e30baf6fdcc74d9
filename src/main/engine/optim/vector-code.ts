/**
 * A minimal assembler for WebAssembly functions that process arrays of float32 four elements at a time.
 *
 * Binary format: https://webassembly.github.io/spec/core/binary/ ; vector instructions have the prefix 0xfd.
 */

/** The parts of WebAssembly's JavaScript interface used here; TypeScript declares it only for browsers. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Record<string, unknown> };
};

export const LANES = 4;
const PAGE_BYTES = 65_536;

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const vector = { load: [0xfd, 0], store: [0xfd, 11], splat: [0xfd, 19] } as const;
export const SQRT = [0xfd, 0xe3, 1];
export const [ADD, SUBTRACT, MULTIPLY, DIVIDE] = [0xe4, 0xe5, 0xe6, 0xe7].map((code) => [0xfd, code, 1]) as [
  number[],
  number[],
  number[],
  number[],
];
/** Alignment 2^2, offset 0: groups may be split at any element. */
const MEMORY_ARGUMENT = [2, 0];

export const get = (index: number): number[] => [0x20, index];
export const set = (index: number): number[] => [0x21, index];
/** Copies a constant into splat lane. */
export const splat = (index: number): number[] => [...get(index), ...vector.splat];
export const loadFrom = (pointer: number): number[] => [...get(pointer), ...vector.load, ...MEMORY_ARGUMENT];
export const storeTo = (pointer: number, value: number[]): number[] => [
  ...get(pointer),
  ...value,
  ...vector.store,
  ...MEMORY_ARGUMENT,
];
export const combine = (operation: number[], a: number[], b: number[]): number[] => [...a, ...b, ...operation];
/** local = local + constant */
const increase = (index: number, by: number): number[] => [...get(index), 0x41, by & 0x7f, 0x6a, ...set(index)];

/**
 * A function over arrays in one memory. Its local variables in order: a pointer for each array, the element count (a
 * multiple of `LANES`, at least `LANES`), its float32 constants, its vectors.
 */
export interface VectorFunction {
  readonly name: string;
  readonly pointers: number;
  readonly constants: number;
  readonly vectors: number;
  /** Code that processes four elements. */
  readonly body: readonly number[];
}

/** An instance of such a module on its own memory, initially zero. */
export interface VectorMemory {
  readonly buffer: ArrayBuffer;
  /** Operands: byte offsets of the arrays, the count, the constants. */
  call(name: string, ...operands: number[]): void;
}

/** Compiles functions once. Each call of the result creates a memory of `bytes` with them. */
export function vectorFunctions(functions: readonly VectorFunction[]): (bytes: number) => VectorMemory {
  let compiled: object | null = null;
  return (bytes) => {
    const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / PAGE_BYTES)) });
    compiled ??= new WebAssembly.Module(moduleBytes(functions));
    const { exports } = new WebAssembly.Instance(compiled, { state: { memory } });
    return {
      buffer: memory.buffer,
      call: (name, ...operands) => (exports[name] as (...operands: number[]) => void)(...operands),
    };
  };
}

function moduleBytes(functions: readonly VectorFunction[]): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
  const list = (items: readonly number[][]): number[] => [items.length, ...items.flat()];
  const types = functions.map(({ pointers, constants }) => [
    ...[0x60, pointers + 1 + constants],
    ...[...Array<number>(pointers + 1).fill(I32), ...Array<number>(constants).fill(F32)],
    0,
  ]);
  const bodies = functions.map((definition) => {
    const locals = definition.vectors === 0 ? [0] : [1, definition.vectors, V128];
    const body = [...locals, ...loop(definition)];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, [1, ...name('state'), ...name('memory'), 2, 0, 1]),
    ...section(3, list(functions.map((_, index) => [index]))),
    ...section(7, list(functions.map((definition, index) => [...name(definition.name), 0, index]))),
    ...section(10, list(bodies)),
  ]);
}

function loop({ pointers, body }: VectorFunction): number[] {
  const count = pointers;
  const code = [
    ...body,
    ...Array.from({ length: pointers }, (_, pointer) => increase(pointer, 4 * LANES)).flat(),
    ...increase(count, -LANES),
    // Repeat while count > 0.
    ...[...get(count), 0x41, 0, 0x4a, 0x0d, 0],
  ];
  return [0x03, 0x40, ...code, 0x0b, 0x0b];
}

/** LEB128 */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
