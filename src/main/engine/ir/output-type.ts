import type { OpAttributes, OpName } from '../ops/attributes';
import type { ElementType } from './element-type';
import { ShapeError } from './shape';

/**
 * Returns the element type of an operation's outputs: that of its inputs, which must all agree. Constants are float32,
 * and `cast` names its type.
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
