import type { Backend, DeviceTensor } from '../backends/backend';
import { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import type { Shape } from '../ir/value';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { type FlatGroups, unpackGroups } from './flat-state';
import { stateName } from './program-names';

type StateKind = keyof typeof stateName;

export interface Uploaded {
  /** Tensors by their original names. */
  readonly tensors: ReadonlyMap<string, DeviceTensor>;
  /** Releases the program that created the tensors. Call it only after the last of them is disposed. */
  release(): Promise<void>;
}

/** Copies tensors to the device. */
export async function upload(backend: Backend, label: string, tensors: NamedTensors): Promise<Uploaded> {
  const graph = copyGraph(label, tensors);
  const program = await backend.compile(graph, new Set(graph.outputs.map(({ name }) => name)));
  const { device } = await program.run(tensors);
  const kept = [...tensors.keys()].map((name): [string, DeviceTensor] => [
    name,
    device.get(copyName(name)) as DeviceTensor,
  ]);
  return { tensors: new Map(kept), release: () => program.dispose() };
}

/** Copies flat groups to the device, under the names that programs use. */
export async function uploadGroups(
  backend: Backend,
  kind: StateKind,
  groups: readonly ParameterGroup[],
  flat: FlatGroups,
): Promise<Uploaded> {
  const tensors = groups.map(({ name, size }): [string, Tensor] => [
    stateName[kind](name),
    { shape: [size], data: flat.get(name) as Float32Array },
  ]);
  return upload(backend, kind, new Map(tensors));
}

/** Copies flat groups from the device. Device tensors reach main memory only as outputs of a run. */
export async function downloadGroups(
  backend: Backend,
  kind: StateKind,
  groups: readonly ParameterGroup[],
  state: ReadonlyMap<string, DeviceTensor>,
): Promise<NamedTensors> {
  const flatShapes = groups.map(({ name, size }) => [stateName[kind](name), { shape: [size] }] as const);
  const program = await backend.compile(copyGraph(kind, new Map(flatShapes)));
  const { host } = await program.run(state);
  await program.dispose();
  const flat = new Map(groups.map(({ name }) => [name, (host.get(copyName(stateName[kind](name))) as Tensor).data]));
  return unpackGroups(groups, flat);
}

const copyName = (name: string): string => `copy.${name}`;

/** Builds a graph that outputs each tensor unchanged. */
function copyGraph(label: string, tensors: ReadonlyMap<string, { readonly shape: Shape }>): Graph {
  const builder = new GraphBuilder();
  for (const [name, { shape }] of tensors) builder.output(copyName(name), builder.input(name, shape));
  return builder.build(`copy of ${label}`);
}
