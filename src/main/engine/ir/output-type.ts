import type { OpAttributes, OpName } from '../ops/attributes';
import type { ElementType } from './element-type';
import { ShapeError } from './shape';

/**
 * What an operation computes: the type of its inputs, which must be one. Constants are float32, and `cast` says.
 *
 * @throws ShapeError
 */
export function outputType<K extends OpName>(
  op: K,
  attributes: OpAttributes[K],
  inputs: readonly ElementType[],
): ElementType {
  if (op === 'cast') return (attributes as OpAttributes['cast']).to;
  const [first = 'float32', ...rest] = inputs;
  if (rest.some((type) => type !== first)) throw new ShapeError(`types differ: ${inputs.join(', ')}`);
  return first;
}
