import type { Backend, DeviceTensor } from '../backends/backend';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { uploadGroups } from './device-state';
import { packGroups, requireParameters } from './flat-state';
import type { ParameterLayout } from './programs';

/**
 * Parameters that never change, where programs of a backend can read them: tensors on the device if it keeps them,
 * otherwise constants, which onnxruntime folds and packs once instead of in every run.
 */
export interface FedParameters {
  /** Layout in which programs declare them. */
  readonly layout: ParameterLayout;
  /** Feeds of every run. */
  readonly tensors: ReadonlyMap<string, Tensor | DeviceTensor>;
  /** Constants of every program. */
  readonly constants: NamedTensors;
  /** Frees the tensors on the device. */
  release(): Promise<void>;
}

/**
 * Copies parameters to the device if it keeps tensors. Otherwise nothing is copied before a program is compiled.
 *
 * @throws FoveaError `weights-mismatch` if a tensor is missing or has another shape
 */
export async function feedParameters(
  backend: Backend,
  groups: readonly ParameterGroup[],
  parameters: NamedTensors,
): Promise<FedParameters> {
  if (!backend.keepsTensors) {
    const constants = requireParameters(groups, parameters);
    return { layout: 'separate', tensors: new Map(), constants, release: async () => {} };
  }
  const flat = packGroups(groups, parameters);
  const { tensors, release } = await uploadGroups(backend, 'parameters', groups, flat);
  return {
    layout: 'flat',
    tensors,
    constants: new Map(),
    release: async () => {
      for (const tensor of tensors.values()) tensor.dispose();
      await release();
    },
  };
}
