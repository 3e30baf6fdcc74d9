import { createRandom, hashText, normal } from '../random';
import type { Tensor } from '../tensor';
import type { ParameterSpec } from './parameters';

/** `initializer_range` of Hugging Face's ViT. */
const STANDARD_DEVIATION = 0.02;
/** PyTorch's trunc_normal_ truncates at this absolute value. */
const CUT = 2;

/**
 * Initialises parameters as Hugging Face does: truncated normal with deviation 0.02 for matrices, embeddings and
 * tokens, zero biases, unit normalisations; A of an adapter as in PEFT, `kaiming_uniform_(a = sqrt 5)`: uniform up to 1
 * / sqrt(inputs). Each parameter draws from its own stream, so adding or omitting one changes no other.
 */
export function initialiseParameters(parameters: readonly ParameterSpec[], seed: number): Map<string, Tensor> {
  return new Map(parameters.map((parameter) => [parameter.name, initialiseParameter(parameter, seed)]));
}

function initialiseParameter({ name, shape, initial }: ParameterSpec, seed: number): Tensor {
  const data = new Float32Array(shape.reduce((size, dimension) => size * dimension, 1));
  switch (initial) {
    case 'zeros':
      return { shape, data };
    case 'ones':
      return { shape, data: data.fill(1) };
    case 'kaiming-uniform': {
      const random = createRandom(hashText(`${seed}/${name}`));
      const bound = 1 / Math.sqrt(shape.at(-1) as number);
      return { shape, data: data.map(() => bound * (2 * random() - 1)) };
    }
    case 'normal': {
      const random = createRandom(hashText(`${seed}/${name}`));
      for (let i = 0; i < data.length; i += 1) {
        let value: number;
        do value = STANDARD_DEVIATION * normal(random);
        while (Math.abs(value) > CUT);
        data[i] = value;
      }
      return { shape, data };
    }
  }
}
