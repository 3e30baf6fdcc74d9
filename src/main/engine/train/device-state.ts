import type { Backend, DeviceTensor } from '../backends/backend';
import { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { type FlatGroups, unpackGroups } from './flat-state';
import { stateName } from './programs';

type StateKind = keyof typeof stateName;

/** Copies flat groups to the device, under the names that programs ask for. */
export async function uploadGroups(
  backend: Backend,
  kind: StateKind,
  groups: readonly ParameterGroup[],
  flat: FlatGroups,
): Promise<ReadonlyMap<string, DeviceTensor>> {
  const graph = copyGraph(kind, groups);
  const program = await backend.compile(graph, new Set(graph.outputs.map(({ name }) => name)));
  const feeds = groups.map(({ name, size }): [string, Tensor] => [
    stateName[kind](name),
    { shape: [size], data: flat.get(name) as Float32Array },
  ]);
  const { device } = await program.run(new Map(feeds));
  await program.dispose();
  return new Map(
    groups.map(({ name }) => [stateName[kind](name), device.get(copyName(stateName[kind](name))) as DeviceTensor]),
  );
}

/** Copies flat groups from the device. Its tensors reach main memory only as outputs of a run. */
export async function downloadGroups(
  backend: Backend,
  kind: StateKind,
  groups: readonly ParameterGroup[],
  state: ReadonlyMap<string, DeviceTensor>,
): Promise<NamedTensors> {
  const program = await backend.compile(copyGraph(kind, groups));
  const { host } = await program.run(state);
  await program.dispose();
  const flat = new Map(groups.map(({ name }) => [name, (host.get(copyName(stateName[kind](name))) as Tensor).data]));
  return unpackGroups(groups, flat);
}

const copyName = (name: string): string => `copy.${name}`;

/** Each flat tensor of a kind, unchanged, as an output. */
function copyGraph(kind: StateKind, groups: readonly ParameterGroup[]): Graph {
  const builder = new GraphBuilder();
  for (const { name, size } of groups) {
    builder.output(copyName(stateName[kind](name)), builder.input(stateName[kind](name), [size]));
  }
  return builder.build(`copy of ${kind}`);
}
