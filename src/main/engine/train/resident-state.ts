import type { Backend, DeviceTensor, Feeds, Program } from '../backends/backend';
import type { Graph } from '../ir/graph';
import type { NamedTensors, Tensor } from '../tensor';
import type { ParameterGroup } from '../vit/parameters';
import { downloadGroups, type Uploaded, upload, uploadGroups } from './device-state';
import { type FlatGroups, zeroGroups } from './flat-state';
import type { TrainableModel } from './model';
import { scalarState, stateName } from './program-names';
import { nextName } from './programs';

/** Creates a tensor of one number. */
export const scalar = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) });

/**
 * Training state on the device: tensors by their names in programs, and the programs that take and return them. Nothing
 * is copied to main memory except explicit outputs of a program.
 */
export class ResidentState {
  private readonly backend: Backend;
  private readonly model: TrainableModel;
  private readonly tensors = new Map<string, DeviceTensor>();
  private readonly programs = new Map<string, Program>();
  private readonly uploads: Uploaded[] = [];

  constructor(backend: Backend, model: TrainableModel) {
    this.backend = backend;
    this.model = model;
  }

  async put(kind: keyof typeof stateName, groups: readonly ParameterGroup[], flat: FlatGroups): Promise<void> {
    this.keep(await uploadGroups(this.backend, kind, groups, flat));
  }

  /** Sets gradients, loss and clipping factor to zero. */
  async clearSums(): Promise<void> {
    const { trainable } = this.model;
    await this.put('gradients', trainable, zeroGroups(trainable));
    const scalars = Object.values(scalarState).map((name) => [name, scalar(0)] as const);
    this.keep(await upload(this.backend, 'scalars', new Map(scalars)));
  }

  /** Frees the sums, then the programs of these names: programs must outlive the tensors they created. */
  async dropSums(programs: readonly string[]): Promise<void> {
    const sums = this.model.trainable.map(({ name }) => stateName.gradients(name));
    for (const name of [...sums, ...Object.values(scalarState)]) {
      this.tensors.get(name)?.dispose();
      this.tensors.delete(name);
    }
    for (const name of programs) {
      await this.programs.get(name)?.dispose();
      this.programs.delete(name);
    }
  }

  /** Returns a program, compiled on first use and then kept. */
  async program(name: string, build: () => Graph): Promise<Program> {
    const cached = this.programs.get(name);
    if (cached) return cached;
    const graph = build();
    const program = await this.backend.compile(graph, new Set([...this.tensors.keys()].map(nextName)));
    this.programs.set(name, program);
    return program;
  }

  /** Runs a program on the state, replaces the state that it returns, and passes on its host outputs. */
  async run(program: Program, inputs: readonly (readonly [string, Tensor])[]): Promise<NamedTensors> {
    const feeds: Feeds = new Map<string, Tensor | DeviceTensor>([...this.tensors, ...inputs]);
    const { host, device } = await program.run(feeds);
    for (const name of this.tensors.keys()) {
      const next = device.get(nextName(name));
      if (next) this.replace(new Map([[name, next]]));
    }
    return host;
  }

  /** Returns the state with averages under the names of the parameters they replace. */
  averaged(): ReadonlyMap<string, DeviceTensor> {
    const averages = this.model.trainable.flatMap(({ name }): [string, DeviceTensor][] => {
      const average = this.tensors.get(stateName.averages(name));
      return average ? [[stateName.parameters(name), average]] : [];
    });
    return new Map([...this.tensors, ...averages]);
  }

  /** Copies a kind of state to main memory, optionally from the averages. */
  download(
    kind: keyof typeof stateName,
    groups: readonly ParameterGroup[],
    from: ReadonlyMap<string, DeviceTensor> = this.tensors,
  ): Promise<NamedTensors> {
    return downloadGroups(this.backend, kind, groups, from);
  }

  async dispose(): Promise<void> {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
    for (const program of this.programs.values()) await program.dispose();
    this.programs.clear();
    for (const uploaded of this.uploads.splice(0)) await uploaded.release();
  }

  private keep(uploaded: Uploaded): void {
    this.replace(uploaded.tensors);
    this.uploads.push(uploaded);
  }

  private replace(tensors: ReadonlyMap<string, DeviceTensor>): void {
    for (const [name, tensor] of tensors) {
      this.tensors.get(name)?.dispose();
      this.tensors.set(name, tensor);
    }
  }
}
