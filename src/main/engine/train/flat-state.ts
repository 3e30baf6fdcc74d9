import { FoveaError } from '#shared/ipc/errors';
import { formatShape, sameShape } from '../ir/shape';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';

/** One flat buffer per group, by the group's name. */
export type FlatGroups = ReadonlyMap<string, Float32Array>;

/**
 * Copies named tensors into one flat buffer per group, fresh or given.
 *
 * @throws FoveaError `weights-mismatch` if a tensor is missing or has another shape
 */
export function packGroups(
  groups: readonly ParameterGroup[],
  tensors: NamedTensors,
  into: FlatGroups = zeroGroups(groups),
): FlatGroups {
  for (const { name: groupName, parameters } of groups) {
    const flat = into.get(groupName) as Float32Array;
    for (const { name, shape, offset } of parameters) flat.set(tensorOf(tensors, name, shape).data, offset);
  }
  return into;
}

/**
 * Returns the tensors of the groups' parameters, uncopied.
 *
 * @throws FoveaError `weights-mismatch` if a tensor is missing or has another shape
 */
export function requireParameters(groups: readonly ParameterGroup[], tensors: NamedTensors): NamedTensors {
  const parameters = groups.flatMap((group) => group.parameters);
  return new Map(parameters.map(({ name, shape }) => [name, tensorOf(tensors, name, shape)]));
}

export function zeroGroups(groups: readonly ParameterGroup[]): FlatGroups {
  return new Map(groups.map(({ name, size }) => [name, new Float32Array(size)]));
}

/** Returns a view of each parameter in its group's buffer: writing to one writes to the other. */
export function viewParameters(groups: readonly ParameterGroup[], flat: FlatGroups): Map<string, Tensor> {
  const views = new Map<string, Tensor>();
  for (const group of groups) {
    const buffer = flat.get(group.name) as Float32Array;
    for (const { name, shape, offset, size } of group.parameters) {
      views.set(name, { shape, data: buffer.subarray(offset, offset + size) });
    }
  }
  return views;
}

/** Returns a copy of each parameter. */
export function unpackGroups(groups: readonly ParameterGroup[], flat: FlatGroups): NamedTensors {
  return new Map(
    [...viewParameters(groups, flat)].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
}

function tensorOf(tensors: NamedTensors, name: string, shape: readonly number[]): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) {
    throw new FoveaError('weights-mismatch', `The model's weights have no ${name}.`, {
      hint: 'The weights and config.json belong to different models. Copy both again from the same source.',
    });
  }
  if (!sameShape(tensor.shape, shape)) {
    throw new FoveaError(
      'weights-mismatch',
      `The weights ${name} have the shape ${formatShape(tensor.shape)}, but the config.json says ${formatShape(shape)}.`,
      { hint: 'The weights and config.json belong to different models. Copy both again from the same source.' },
    );
  }
  return tensor;
}
