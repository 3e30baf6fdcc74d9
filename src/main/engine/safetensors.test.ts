import { describe, expect, it } from 'vitest';
import { readSafetensors, toFloat32, writeSafetensors } from './safetensors';

/** A file with the given header text and data bytes. */
function file(header: string, dataLength = 0, headerLength?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

describe('readSafetensors', () => {
  it('reads back what writeSafetensors wrote', () => {
    const tensors = new Map([
      ['b.weight', { shape: [2, 3], data: new Float32Array([1, 2, 3, -4, 5.5, 1e-20]) }],
      ['a', { shape: [], data: new Float32Array([7]) }],
      ['empty', { shape: [0, 4], data: new Float32Array(0) }],
    ]);
    const read = readSafetensors(writeSafetensors(tensors, { format: 'pt' }));
    expect(read.metadata.get('format')).toBe('pt');
    expect(new Map([...read.tensors].map(([name, tensor]) => [name, toFloat32(tensor, name)]))).toEqual(tensors);
  });

  it('reads back half floats', () => {
    const tensors = new Map([
      ['a', { shape: [3], data: new Float32Array([1, 2.001, -65504]) }],
      ['b', { shape: [1, 2], data: new Float32Array([0.1, 0]) }],
    ]);
    const bytes = writeSafetensors(tensors, {}, 'F16');
    expect(bytes.length % 8).toBe(10 % 8);
    const { tensors: read } = readSafetensors(bytes);
    expect(read.get('a')?.dtype).toBe('F16');
    const values = [...read].map(([name, tensor]) => [...toFloat32(tensor, name).data]);
    // NumPy: float32 -> float16 -> float32.
    expect(values).toEqual([
      [1, 2.001953125, -65504],
      [0.0999755859375, 0],
    ]);
  });

  it('reads a file at an odd byte offset of its buffer', () => {
    const bytes = writeSafetensors(new Map([['x', { shape: [2], data: new Float32Array([1, 2]) }]]));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const tensor = readSafetensors(shifted.subarray(1)).tensors.get('x');
    expect(tensor && toFloat32(tensor, 'a').data).toEqual(new Float32Array([1, 2]));
  });

  it('widens F16 and BF16 exactly', () => {
    const bytes = file(`{"h":${entry('F16', [5], [0, 10])},"b":${entry('BF16', [2], [10, 14])}}`, 14);
    // 1, -2, largest (65504), smallest subnormal (2^-24), infinity; then 1 and -3.140625 as bfloat16.
    const words = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x3f80, 0xc049];
    const view = new DataView(bytes.buffer, bytes.length - 14);
    words.forEach((word, i) => {
      view.setUint16(2 * i, word, true);
    });
    const { tensors } = readSafetensors(bytes);
    const [half, brain] = [tensors.get('h'), tensors.get('b')];
    expect(half && [...toFloat32(half, 'half').data]).toEqual([1, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY]);
    expect(brain && [...toFloat32(brain, 'brain').data]).toEqual([1, -3.140625]);
  });

  it('treats a tensor named __proto__ as any other', () => {
    const { tensors } = readSafetensors(file(`{"__proto__":${entry('F32', [1], [0, 4])}}`, 4));
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect('dtype' in {}).toBe(false);
  });

  it('rejects integers', () => {
    const tensor = readSafetensors(file(`{"x":${entry('I64', [1], [0, 8])}}`, 8)).tensors.get('x');
    expect(() => tensor && toFloat32(tensor, 'numbers')).toThrow(/numbers.*I64/);
  });

  const hostile: [string, Uint8Array][] = [
    ['an empty file', new Uint8Array(0)],
    ['seven bytes', new Uint8Array(7)],
    ['a header of 2^63 bytes', file('{}', 0, 2n ** 63n)],
    ['a header of more than 8 MiB', file('{}', 0, 8_388_609n)],
    ['a header beyond the end', file('{}', 0, 3n)],
    ['a header that is not JSON', file('{"x":')],
    ['a header with bad UTF-8', file('{}').map((byte, i) => (i === 8 ? 0xff : byte))],
    ['a header that is a list', file('[]')],
    ['a header that is null', file('null')],
    ['a header that starts with a space', file(' {}')],
    ['a key twice', file(`{"x":${entry('F32', [1], [0, 4])},"x":${entry('F32', [1], [0, 4])}}`, 4)],
    ['a key twice, once escaped', file(`{"x":${entry('F32', [1], [0, 4])},"\\u0078":${entry('F32', [1], [0, 4])}}`, 4)],
    ['an attribute twice', file('{"x":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4)],
    ['an unknown dtype', file(`{"x":${entry('F128', [1], [0, 16])}}`, 16)],
    ['a dtype from the prototype', file(`{"x":${entry('constructor', [1], [0, 4])}}`, 4)],
    ['a negative dimension', file(`{"x":${entry('F32', [-1, -1], [0, 4])}}`, 4)],
    ['a fractional dimension', file(`{"x":${entry('F32', [0.5, 2], [0, 4])}}`, 4)],
    ['a shape that overflows', file(`{"x":${entry('F32', [2 ** 40, 2 ** 40], [0, 4])}}`, 4)],
    ['a shape that is not a list', file(`{"x":${entry('F32', 1, [0, 4])}}`, 4)],
    ['too many dimensions', file(`{"x":${entry('F32', Array(100).fill(1), [0, 4])}}`, 4)],
    ['a shape of other size', file(`{"x":${entry('F32', [2], [0, 4])}}`, 4)],
    ['end before begin', file(`{"x":${entry('F32', [1], [4, 0])}}`, 4)],
    ['data beyond the end', file(`{"x":${entry('F32', [2], [0, 8])}}`, 4)],
    ['overlapping tensors', file(`{"x":${entry('F32', [1], [0, 4])},"y":${entry('F32', [1], [2, 6])}}`, 6)],
    ['the same bytes twice', file(`{"x":${entry('F32', [1], [0, 4])},"y":${entry('F32', [1], [0, 4])}}`, 4)],
    ['a gap', file(`{"x":${entry('F32', [1], [4, 8])}}`, 8)],
    ['bytes at the end', file(`{"x":${entry('F32', [1], [0, 4])}}`, 5)],
    ['metadata that is not strings', file('{"__metadata__":{"a":1}}')],
  ];
  it.each(hostile)('rejects %s', (_, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'safetensors-invalid' }));
  });
});
