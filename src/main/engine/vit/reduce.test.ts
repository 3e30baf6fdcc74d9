import { describe, expect, it } from 'vitest';
import type { NamedTensors, Tensor } from '../tensor';
import { createTokenEncoder } from '../train/token-encoder';
import type { VitConfig } from './config';
import { initialiseParameters } from './initialise';
import { parameterGroups } from './parameters';
import { reduceModel, spreadBlocks } from './reduce';
import { tinyConfig } from './test-support';

const specsOf = (config: VitConfig) => parameterGroups(config).flatMap((group) => group.parameters);
const config: VitConfig = { ...tinyConfig, family: 'dinov2', layers: 3, maskToken: true };
const parameters = new Map(
  [...initialiseParameters(specsOf(config), 1)].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
);
const pixels = Float32Array.from({ length: 3 * 16 * 16 }, (_, k) => Math.sin(0.3 * k));

async function tokensOf(model: VitConfig, tensors: NamedTensors) {
  const encoder = await createTokenEncoder({ config: model, parameters: tensors, device: 'cpu', threads: 1, batch: 1 });
  const tokens = await encoder.run(pixels, 1);
  await encoder.dispose();
  return tokens;
}

describe('reduceModel', () => {
  it('computes the same if what it cuts has no effect', async () => {
    // The second block adds nothing, and of the other perceptrons only units 3, 7 and 8 matter.
    const tensor = (name: string) => parameters.get(name) as Tensor;
    const prefix = 'dinov2.encoder.layer';
    for (const name of ['layer_scale1.lambda1', 'layer_scale2.lambda1']) tensor(`${prefix}.1.${name}`).data.fill(0);
    for (const block of [0, 2]) {
      const { data } = tensor(`${prefix}.${block}.mlp.fc2.weight`);
      for (let i = 0; i < data.length; i += 1) if (![3, 7, 8].includes(i % 24)) data[i] = 0;
      tensor(`${prefix}.${block}.mlp.fc1.bias`).data.fill(0.1);
    }
    const reduced = reduceModel(config, parameters, { blocks: [0, 2], intermediateSize: 3 });
    expect(reduced.config).toMatchObject({ layers: 2, intermediateSize: 3, maskToken: false, classes: [] });
    const shapes = specsOf(reduced.config).filter(({ name }) => !name.startsWith('classifier.'));
    expect(new Map([...reduced.parameters].map(([name, { shape }]) => [name, shape]))).toEqual(
      new Map(shapes.map(({ name, shape }) => [name, shape])),
    );
    const [whole, small] = [await tokensOf(config, parameters), await tokensOf(reduced.config, reduced.parameters)];
    for (const [index, value] of whole.entries()) expect(small[index]).toBeCloseTo(value, 5);
  });

  it('spreads the kept blocks from first to last', () => {
    expect(spreadBlocks(12, 6)).toEqual([0, 2, 4, 7, 9, 11]);
    expect(spreadBlocks(12, 1)).toEqual([0]);
    expect(spreadBlocks(3, 3)).toEqual([0, 1, 2]);
  });
});
