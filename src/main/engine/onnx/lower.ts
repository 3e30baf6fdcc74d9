import { create, toBinary } from '@bufbuild/protobuf';
import { checkGraph } from '../ir/check';
import type { Graph, Node } from '../ir/graph';
import { pruneGraph } from '../ir/prune';
import type { Shape, Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import type { Dialect, Emitter, OnnxAttribute } from '../ops/rule';
import { ruleOf } from '../ops/table';
import { attributeTypes, EXTERNAL_DATA, elementTypes } from './codes';
import {
  type AttributeProto,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx.generated';

/** LayerNormalization, Gelu and axes as inputs require opset 20; Microsoft's operators are versioned separately. */
const OPSET = 20n;
const IR_VERSION = 9n;

export interface LoweringOptions {
  readonly dialect: Dialect;
  /** Inputs to store as initializers of the model, with their values. */
  readonly initializers?: ReadonlyMap<string, Float32Array>;
  /** Whether large initializers stay outside the model, under their own names as locations. */
  readonly externalInitializers?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Leaves the model's batch axis open. */
  readonly freeBatch?: FreeBatch;
}

/**
 * A batch axis chosen by the model's caller. The graph is built with a placeholder size, a prime that divides no unrelated
 * axis; each axis of that size gets a name, and Reshape infers it (-1).
 */
export interface FreeBatch {
  readonly placeholder: number;
  readonly name: string;
}

/** Returns the bytes of an ONNX model that computes the graph, without nodes that no output needs. */
export function lowerGraph(
  graph: Graph,
  { dialect, initializers, externalInitializers = false, metadata = {}, freeBatch }: LoweringOptions,
): Uint8Array {
  checkGraph(graph);
  const pruned = pruneGraph(graph);
  const writer = new ModelWriter(freeBatch ?? null);
  const names = new Map<number, string>();
  const inputs: ValueInfoProto[] = [];
  for (const { name, value } of pruned.inputs) {
    names.set(value.id, name);
    const data = initializers?.get(name);
    if (data && externalInitializers && isLarge(data)) writer.externalInitializer(name, value.shape, data.byteLength);
    else if (data) writer.initializer(name, value.shape, data);
    else inputs.push(valueInfo(name, value, freeBatch));
  }
  for (const { name, value } of pruned.outputs) if (!names.has(value.id)) names.set(value.id, name);
  for (const node of pruned.nodes) lowerNode(writer, node, names, dialect);
  // An output that is also an input, or has two names, needs its own node.
  for (const { name, value } of pruned.outputs) {
    const source = names.get(value.id) as string;
    if (source !== name) writer.node('Identity', [source], [name]);
  }
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'Fovea',
    opsetImport: [
      { domain: '', version: OPSET },
      ...(writer.nodes.some(({ domain }) => domain !== '') ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: writer.nodes,
      initializer: writer.initializers,
      input: inputs,
      output: pruned.outputs.map(({ name, value }) => valueInfo(name, value, freeBatch)),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** Whether an initializer may stay outside the model. onnxruntime reads small ones, such as shapes, while it loads. */
export const isLarge = (data: Float32Array): boolean => data.byteLength >= 1024;

function lowerNode<K extends OpName>(
  writer: ModelWriter,
  node: Node<K>,
  names: Map<number, string>,
  dialect: Dialect,
): void {
  for (const { id } of node.outputs) if (!names.has(id)) names.set(id, `v${id}`);
  ruleOf(node.op).lower[dialect]({
    emitter: writer,
    attributes: node.attributes,
    inputs: node.inputs.map(({ id }) => names.get(id) as string),
    inputShapes: node.inputs.map(({ shape }) => shape),
    outputs: node.outputs.map(({ id }) => names.get(id) as string),
    outputShapes: node.outputs.map(({ shape }) => shape),
  });
}

function valueInfo(name: string, { shape, elementType }: Value, freeBatch: FreeBatch | undefined): ValueInfoProto {
  const dim = shape.map((size) =>
    size === freeBatch?.placeholder
      ? { value: { case: 'dimParam' as const, value: freeBatch.name } }
      : { value: { case: 'dimValue' as const, value: BigInt(size) } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: elementTypes[elementType], shape: { dim } } } },
  });
}

const bytesOf = (data: Float32Array | Int8Array | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

class ModelWriter implements Emitter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  private readonly constants = new Map<string, string>();
  private readonly freeBatch: FreeBatch | null;
  private count = 0;

  constructor(freeBatch: FreeBatch | null) {
    this.freeBatch = freeBatch;
  }

  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[] | number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain: '' | 'com.microsoft' = '',
  ): readonly [string, ...string[]] {
    const names = typeof outputs === 'number' ? Array.from({ length: outputs }, () => this.fresh(type)) : [...outputs];
    this.nodes.push(
      create(NodeProtoSchema, {
        opType: type,
        domain,
        name: this.fresh(type),
        input: [...inputs],
        output: names,
        attribute: Object.entries(attributes).map(([name, attribute]) => toAttribute(name, attribute)),
      }),
    );
    return names as [string, ...string[]];
  }

  integers(values: readonly number[]): string {
    return this.shared(`i${values.join(',')}`, (name) =>
      this.push(name, [values.length], elementTypes.int64, bytesOf(BigInt64Array.from(values, BigInt))),
    );
  }

  targetShape(shape: Shape): string {
    const placeholder = this.freeBatch?.placeholder ?? Number.POSITIVE_INFINITY;
    return this.integers(shape.map((size) => (size > 0 && size % placeholder === 0 ? -1 : size)));
  }

  scalar(value: number): string {
    return this.shared(`f${value}`, (name) => this.initializer(name, [], Float32Array.of(value)));
  }

  tensor(shape: Shape, data: Float32Array | Int8Array): string {
    const name = this.fresh('constant');
    this.push(name, shape, data instanceof Int8Array ? elementTypes.int8 : elementTypes.float32, bytesOf(data));
    return name;
  }

  initializer(name: string, shape: Shape, data: Float32Array): void {
    this.push(name, shape, elementTypes.float32, bytesOf(data));
  }

  externalInitializer(name: string, shape: Shape, bytes: number): void {
    const entries = { location: name, offset: '0', length: String(bytes) };
    this.initializers.push(
      create(TensorProtoSchema, {
        name,
        dims: shape.map((size) => BigInt(size)),
        dataType: elementTypes.float32,
        dataLocation: EXTERNAL_DATA,
        externalData: Object.entries(entries).map(([key, value]) =>
          create(StringStringEntryProtoSchema, { key, value }),
        ),
      }),
    );
  }

  private push(name: string, shape: Shape, dataType: number, rawData: Uint8Array): void {
    this.initializers.push(
      create(TensorProtoSchema, {
        name,
        dims: shape.map((size) => BigInt(size)),
        dataType,
        rawData: rawData as Uint8Array<ArrayBuffer>,
      }),
    );
  }

  private shared(key: string, write: (name: string) => void): string {
    const cached = this.constants.get(key);
    if (cached) return cached;
    const name = this.fresh('constant');
    this.constants.set(key, name);
    write(name);
    return name;
  }

  private fresh(prefix: string): string {
    this.count += 1;
    return `${prefix}_${this.count}`;
  }
}

function toAttribute(name: string, attribute: OnnxAttribute): AttributeProto {
  switch (attribute.kind) {
    case 'int':
      return create(AttributeProtoSchema, {
        name,
        type: attributeTypes.int,
        i: BigInt(attribute.value),
      });
    case 'float':
      return create(AttributeProtoSchema, { name, type: attributeTypes.float, f: attribute.value });
    case 'ints':
      return create(AttributeProtoSchema, {
        name,
        type: attributeTypes.ints,
        ints: attribute.value.map((value) => BigInt(value)),
      });
    case 'string':
      return create(AttributeProtoSchema, {
        name,
        type: attributeTypes.string,
        s: new TextEncoder().encode(attribute.value),
      });
  }
}
