import type { OpAttributes, OpName } from '../ops/attributes';
import { ruleOf } from '../ops/table';
import type { ElementType } from './element-type';
import type { Graph, NamedValue, Node } from './graph';
import { Operations } from './operations';
import { outputType } from './output-type';
import { formatShape, ShapeError } from './shape';
import type { Shape, Value } from './value';

/** Collects the nodes of one graph and derives their shapes. */
export class GraphBuilder extends Operations {
  private readonly inputs: NamedValue[] = [];
  private readonly outputs: NamedValue[] = [];
  private readonly built: Node[] = [];
  private nextId = 0;

  /** The nodes so far, in order. */
  get nodes(): readonly Node[] {
    return this.built;
  }

  /** Declares an input. Inputs are float32, like all data from outside the graph. */
  input(name: string, shape: Shape): Value {
    if (this.inputs.some((input) => input.name === name)) throw new Error(`the graph has two inputs named ${name}`);
    const value = this.value(shape, 'float32');
    this.inputs.push({ name, value });
    return value;
  }

  output(name: string, value: Value): void {
    if ([...this.inputs, ...this.outputs].some((existing) => existing.name === name)) {
      throw new Error(`the graph already has an input or output named ${name}`);
    }
    this.outputs.push({ name, value });
  }

  build(name: string): Graph {
    return { name, inputs: [...this.inputs], nodes: [...this.built], outputs: [...this.outputs] };
  }

  override apply<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): readonly Value[] {
    const shapes = inputs.map((input) => input.shape);
    let outputShapes: readonly Shape[];
    let type: ElementType;
    try {
      outputShapes = ruleOf(op).shape(shapes, attributes);
      type = outputType(
        op,
        attributes,
        inputs.map((input) => input.elementType),
      );
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new ShapeError(`${op}(${shapes.map(formatShape).join(', ')}): ${error.message}`, { cause: error });
    }
    const outputs = outputShapes.map((shape) => this.value(shape, type));
    this.built.push({ op, attributes, inputs: [...inputs], outputs } as Node);
    return outputs;
  }

  private value(shape: Shape, elementType: ElementType): Value {
    this.nextId += 1;
    return { id: this.nextId, shape, elementType };
  }
}
