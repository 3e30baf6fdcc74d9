import { expect, it } from 'vitest';
import { architectureByName } from './architectures';
import { initialiseParameters } from './initialise';
import { parameterGroups } from './parameters';

const config = architectureByName('vit-micro', ['a', 'b', 'c']);
const specs = config ? parameterGroups(config).flatMap(({ parameters }) => parameters) : [];

it('draws as Hugging Face does: deviation 0.02, zero biases, unit normalisations', () => {
  const parameters = initialiseParameters(specs, 7);
  const weight = parameters.get('vit.encoder.layer.0.intermediate.dense.weight')?.data ?? new Float32Array();
  const mean = weight.reduce((sum, x) => sum + x, 0) / weight.length;
  const deviation = Math.sqrt(weight.reduce((sum, x) => sum + (x - mean) ** 2, 0) / weight.length);
  // 36864 draws: standard error of the mean 1e-4, of the deviation 7e-5.
  expect(Math.abs(mean)).toBeLessThan(5e-4);
  expect(Math.abs(deviation - 0.02)).toBeLessThan(4e-4);
  expect(parameters.get('classifier.bias')?.data).toEqual(new Float32Array(3));
  expect(parameters.get('vit.layernorm.weight')?.data).toEqual(new Float32Array(96).fill(1));
});

it('is reproducible by seed, whatever else is drawn', () => {
  const all = initialiseParameters(specs, 7);
  const head = initialiseParameters(
    specs.filter(({ name }) => name.startsWith('classifier')),
    7,
  );
  expect(head.get('classifier.weight')).toEqual(all.get('classifier.weight'));
  expect(initialiseParameters(specs, 8).get('classifier.weight')).not.toEqual(all.get('classifier.weight'));
});
