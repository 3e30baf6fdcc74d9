import { GraphBuilder } from '../ir/builder';
import type { ElementType } from '../ir/element-type';
import type { Graph, Node } from '../ir/graph';
import { sizeOf } from '../ir/shape';
import type { Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import { at } from '../ops/rule';

/**
 * Returns the graph with its matrix products in half precision, as `torch.autocast` does it: `linear`, `matmul` and
 * both products of `attention` take and return float16; layout operations keep their input's type; everything else
 * (softmax, normalisation, GELU, sums, the loss, operations on parameters and gradients) stays float32, as do the
 * graph's inputs and outputs. It runs on an already differentiated graph, so products of the backward pass are
 * included.
 */
export function autocast(graph: Graph): Graph {
  const pass = new Autocast();
  for (const { name, value } of graph.inputs) pass.define(value, pass.builder.input(name, value.shape));
  for (const node of graph.nodes) pass.append(node);
  for (const { name, value } of graph.outputs) pass.builder.output(name, pass.as(value, 'float32'));
  return pass.builder.build(graph.name);
}

class Autocast {
  readonly builder = new GraphBuilder();
  /** Each value of the original graph in the new one: first as computed, then as cast. */
  private readonly forms = new Map<number, Value[]>();

  define(old: Value, value: Value): void {
    this.forms.set(old.id, [value]);
  }

  /** Returns a value in a type, casting it at most once. */
  as(old: Value, type: ElementType): Value {
    const forms = this.forms.get(old.id) ?? [];
    const existing = forms.find(({ elementType }) => elementType === type);
    if (existing) return existing;
    const cast = this.builder.cast(at(forms, 0), type);
    forms.push(cast);
    return cast;
  }

  append(node: Node): void {
    const { builder } = this;
    const [first, second, third, fourth] = node.inputs;
    const [output, probabilities] = node.outputs as [Value, Value];
    switch (node.op) {
      case 'linear': {
        const [x, weight] = this.operands(first as Value, second as Value, node.attributes.scale);
        this.define(output, builder.linear(x, weight, third ? this.as(third, 'float16') : null));
        break;
      }
      case 'matmul': {
        const [a, b] = this.operands(first as Value, second as Value, node.attributes.scale);
        this.define(output, builder.matmul(a, b, { ...node.attributes, scale: 1 }));
        break;
      }
      case 'attention': {
        const [query, key] = this.operands(first as Value, second as Value, node.attributes.scale);
        const scores = builder.matmul(query, key, { transposeB: true });
        const softmax = builder.softmax(builder.cast(scores, 'float32'));
        const kept = fourth ? builder.multiply(softmax, this.as(fourth, 'float32')) : softmax;
        this.define(probabilities, softmax);
        this.define(output, builder.matmul(builder.cast(kept, 'float16'), this.as(third as Value, 'float16')));
        break;
      }
      case 'reshape':
      case 'transpose':
        this.repeat(node, [at(this.forms.get((first as Value).id) ?? [], 0)]);
        break;
      default:
        this.repeat(
          node,
          node.inputs.map((input) => this.as(input, 'float32')),
        );
    }
  }

  private repeat<K extends OpName>({ op, attributes, outputs }: Node<K>, inputs: readonly Value[]): void {
    this.builder.apply(op, inputs, attributes).forEach((value, index) => {
      this.define(at(outputs, index), value);
    });
  }

  /**
   * Returns both factors of a scaled product. The smaller one takes the scale, in float32: half floats end at 65504, so
   * a product scaled afterwards could already have overflowed.
   */
  private operands(a: Value, b: Value, scale: number): readonly [Value, Value] {
    const { builder } = this;
    const scaled = (value: Value): Value =>
      builder.cast(builder.multiply(this.as(value, 'float32'), builder.scalar(scale)), 'float16');
    const scalesFirst = scale !== 1 && sizeOf(a.shape) <= sizeOf(b.shape);
    const scalesSecond = scale !== 1 && !scalesFirst;
    return [scalesFirst ? scaled(a) : this.as(a, 'float16'), scalesSecond ? scaled(b) : this.as(b, 'float16')];
  }
}
