import type { Backend, DeviceTensor } from '../backends/backend';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { uploadGroups } from './device-state';
import { packGroups, viewParameters } from './flat-state';
import type { ParameterLayout } from './programs';

/** Constant parameters, placed where programs of a backend can read them. */
export interface FedParameters {
  /** Layout in which programs declare them. */
  readonly layout: ParameterLayout;
  /** Feeds of every run. */
  readonly tensors: ReadonlyMap<string, Tensor | DeviceTensor>;
  /** Frees the tensors on the device. */
  release(): Promise<void>;
}

/**
 * Copies parameters once: to the device if it keeps tensors, otherwise into our own memory.
 *
 * @throws FoveaError `weights-mismatch` if a tensor is missing or has another shape
 */
export async function feedParameters(
  backend: Backend,
  groups: readonly ParameterGroup[],
  parameters: NamedTensors,
): Promise<FedParameters> {
  const flat = packGroups(groups, parameters);
  if (!backend.keepsTensors) {
    return { layout: 'separate', tensors: viewParameters(groups, flat), release: async () => {} };
  }
  const { tensors, release } = await uploadGroups(backend, 'parameters', groups, flat);
  return {
    layout: 'flat',
    tensors,
    release: async () => {
      for (const tensor of tensors.values()) tensor.dispose();
      await release();
    },
  };
}
