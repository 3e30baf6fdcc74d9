import type { Backend, DeviceTensor } from '../backends/backend';
import { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { type FlatGroups, unpackGroups } from './flat-state';
import { stateName } from './programs';

type StateKind = keyof typeof stateName;

export interface UploadedGroups {
  /** Under the names that programs ask for. */
  readonly tensors: ReadonlyMap<string, DeviceTensor>;
  /** Ends the program that made the tensors: only after the last of them is disposed. */
  release(): Promise<void>;
}

/** Copies flat groups to the device. */
export async function uploadGroups(
  backend: Backend,
  kind: StateKind,
  groups: readonly ParameterGroup[],
  flat: FlatGroups,
): Promise<UploadedGroups> {
  const graph = copyGraph(kind, groups);
  const program = await backend.compile(graph, new Set(graph.outputs.map(({ name }) => name)));
  const feeds = groups.map(({ name, size }): [string, Tensor] => [
    stateName[kind](name),
    { shape: [size], data: flat.get(name) as Float32Array },
  ]);
  const { device } = await program.run(new Map(feeds));
  const tensors = groups.map(({ name }): [string, DeviceTensor] => [
    stateName[kind](name),
    device.get(copyName(stateName[kind](name))) as DeviceTensor,
  ]);
  return { tensors: new Map(tensors), release: () => program.dispose() };
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
