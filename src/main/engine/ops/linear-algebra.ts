import { dimension, formatShape, ShapeError, sameShape } from '../ir/shape';
import type { Shape } from '../ir/value';
import { elementTypes } from '../onnx/codes';
import { checkSevenBits } from '../quantize/quantized-matrix';
import { at, everywhere, gradientAt, type LoweringContext, type OpRule } from './rule';

function matmulShape(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): Shape {
  if (a.length < 2 || a.length !== b.length || !sameShape(a.slice(0, -2), b.slice(0, -2))) {
    throw new ShapeError(`matmul of ${formatShape(a)} and ${formatShape(b)}: ranks or leading axes differ`);
  }
  const [rows, innerA] = transposeA ? [dimension(a, -1), dimension(a, -2)] : [dimension(a, -2), dimension(a, -1)];
  const [innerB, columns] = transposeB ? [dimension(b, -1), dimension(b, -2)] : [dimension(b, -2), dimension(b, -1)];
  if (innerA !== innerB) throw new ShapeError(`matmul of ${formatShape(a)} and ${formatShape(b)}: inner sizes differ`);
  return [...a.slice(0, -2), rows, columns];
}

/** Gemm: the 2-D product, which every provider runs with transposed operands and a scale at no extra cost. */
function lowerGemm({ emitter, attributes, inputs, outputs }: LoweringContext<'matmul'>): void {
  emitter.node('Gemm', inputs, outputs, {
    transA: { kind: 'int', value: attributes.transposeA ? 1 : 0 },
    transB: { kind: 'int', value: attributes.transposeB ? 1 : 0 },
    alpha: { kind: 'float', value: attributes.scale },
  });
}

type BatchedProduct = Pick<LoweringContext<'matmul'>, 'emitter' | 'attributes' | 'inputs' | 'inputShapes'> & {
  readonly outputs: readonly string[] | number;
};

function fusedMatMul({ emitter, attributes, inputs, outputs }: BatchedProduct): string {
  const [product] = emitter.node(
    'FusedMatMul',
    inputs,
    outputs,
    {
      transA: { kind: 'int', value: attributes.transposeA ? 1 : 0 },
      transB: { kind: 'int', value: attributes.transposeB ? 1 : 0 },
      alpha: { kind: 'float', value: attributes.scale },
    },
    'com.microsoft',
  );
  return product;
}

/** Lowers to Transpose, MatMul and Mul: FusedMatMul would silently run on the CPU. */
function plainMatMul({ emitter, attributes, inputs, inputShapes, outputs }: BatchedProduct): string {
  const operand = (index: number, transposed: boolean): string => {
    if (!transposed) return at(inputs, index);
    const rank = at(inputShapes, index).length;
    const swapped = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return emitter.node('Transpose', [at(inputs, index)], 1, { perm: { kind: 'ints', value: swapped } })[0];
  };
  const operands = [operand(0, attributes.transposeA), operand(1, attributes.transposeB)];
  if (attributes.scale === 1) return emitter.node('MatMul', operands, outputs)[0];
  const [product] = emitter.node('MatMul', operands, 1);
  return emitter.node('Mul', [product, emitter.scalar(attributes.scale)], outputs)[0];
}

function lowerAttention(context: LoweringContext<'attention'>, multiply: (product: BatchedProduct) => string): void {
  const { emitter, inputs, inputShapes, outputs, attributes } = context;
  const [attended, probabilities] = [at(outputs, 0), at(outputs, 1)];
  const scores = multiply({
    emitter,
    attributes: { transposeA: false, transposeB: true, scale: attributes.scale },
    inputs: inputs.slice(0, 2),
    inputShapes: inputShapes.slice(0, 2),
    outputs: 1,
  });
  emitter.node('Softmax', [scores], [probabilities], { axis: { kind: 'int', value: -1 } });
  const mask = inputs[3];
  const kept = mask === undefined ? probabilities : emitter.node('Mul', [probabilities, mask], 1)[0];
  emitter.node('MatMul', [kept, at(inputs, 2)], [attended]);
}

export const linearAlgebra: { readonly [K in 'matmul' | 'linear' | 'quantizedLinear' | 'attention']: OpRule<K> } = {
  /** scale x op(A) op(B) over equal leading axes; op transposes the last two axes if requested. */
  matmul: {
    shape: ([a, b, ...rest], { transposeA, transposeB }) => {
      if (!a || !b || rest.length > 0) throw new ShapeError('matmul takes two inputs');
      return [matmulShape(a, b, transposeA, transposeB)];
    },
    // Y = s op(A) op(B):  d op(A) = s dY op(B)^T,  d op(B) = s op(A)^T dY; transposed when the operand was
    gradient: ({ builder, attributes, inputs, gradients, wanted }) => {
      const { transposeA, transposeB, scale } = attributes;
      const [a, b, dy] = [at(inputs, 0), at(inputs, 1), gradientAt(gradients, 0)];
      return [
        !wanted[0]
          ? null
          : transposeA
            ? builder.matmul(b, dy, { transposeA: transposeB, transposeB: true, scale })
            : builder.matmul(dy, b, { transposeA: false, transposeB: !transposeB, scale }),
        !wanted[1]
          ? null
          : transposeB
            ? builder.matmul(dy, a, { transposeA: true, transposeB: transposeA, scale })
            : builder.matmul(a, dy, { transposeA: !transposeA, transposeB: false, scale }),
      ];
    },
    lower: {
      cpu: (context) => (context.inputShapes[0]?.length === 2 ? lowerGemm(context) : fusedMatMul(context)),
      webgpu: (context) => (context.inputShapes[0]?.length === 2 ? lowerGemm(context) : plainMatMul(context)),
    },
  },

  /** scale x W^T + b: x [rows, in], W [out, in] in the layout of PyTorch's nn.Linear, b [out] optional. */
  linear: {
    shape: ([x, weight, bias, ...rest]) => {
      if (!x || !weight || rest.length > 0) throw new ShapeError('linear takes two or three inputs');
      const shape = matmulShape(x, weight, false, true);
      if (shape.length !== 2) throw new ShapeError('linear takes matrices');
      if (bias && !sameShape(bias, [dimension(shape, 1)])) throw new ShapeError('the bias of linear has another size');
      return [shape];
    },
    // Y = s X W^T + b:  dX = s dY W,  dW = s dY^T X,  db = sum of the rows of dY
    gradient: ({ builder, attributes: { scale }, inputs, gradients, wanted }) => {
      const [x, weight, dy] = [at(inputs, 0), at(inputs, 1), gradientAt(gradients, 0)];
      return [
        wanted[0] ? builder.matmul(dy, weight, { scale }) : null,
        wanted[1] ? builder.matmul(dy, x, { transposeA: true, scale }) : null,
        ...(inputs.length > 2 ? [wanted[2] ? builder.reduceSum(dy, [0]) : null] : []),
      ];
    },
    lower: everywhere(({ emitter, attributes, inputs, outputs }) => {
      emitter.node('Gemm', inputs, outputs, {
        transB: { kind: 'int', value: 1 },
        alpha: { kind: 'float', value: attributes.scale },
      });
    }),
  },

  /**
   * x W + b in 8-bit integers, for inference on the CPU: x [rows, in] is rounded to 256 steps from its smallest to its
   * largest element (the range extended to contain 0), as in ONNX's DynamicQuantizeLinear; W [in, out] is int8 with one
   * scale per column; sums are exact 32-bit integers; b [out] is optional.
   */
  quantizedLinear: {
    shape: ([x, bias, ...rest], { rows, columns }) => {
      if (!x || rest.length > 0) throw new ShapeError('quantizedLinear takes one or two inputs');
      if (bias && !sameShape(bias, [columns])) throw new ShapeError('the bias of quantizedLinear has another size');
      return [matmulShape(x, [rows, columns], false, false)];
    },
    gradient: () => {
      throw new Error('a quantised layer is for inference and has no gradient');
    },
    // Standard operators only; onnxruntime fuses them into MatMulIntegerToFloat or DynamicQuantizeMatMul.
    lower: everywhere(({ emitter, attributes, inputs, outputs }) => {
      checkSevenBits(attributes);
      const { rows, columns, values, scales } = attributes;
      const [x, bias] = [at(inputs, 0), inputs[1]];
      const [quantized, scale, zero] = emitter.node('DynamicQuantizeLinear', [x], 3) as [string, string, string];
      const weight = emitter.tensor([rows, columns], values);
      const [sums] = emitter.node('MatMulInteger', [quantized, weight, zero], 1);
      const [product] = emitter.node('Cast', [sums], 1, { to: { kind: 'int', value: elementTypes.float32 } });
      const [factors] = emitter.node('Mul', [scale, emitter.tensor([columns], scales)], 1);
      const [scaled] = emitter.node('Mul', [product, factors], bias ? 1 : outputs);
      if (bias) emitter.node('Add', [scaled, bias], outputs);
    }),
  },

  /**
   * Scaled dot-product attention (Vaswani et al. 2017): P = softmax(scale Q K^T), O = P V; all [batch, heads, tokens,
   * width]. Outputs O and P [batch, heads, query tokens, key tokens]. With an optional fourth input M of P's shape, a
   * dropout mask, O = (P M) V with an elementwise product; P is unaffected.
   */
  attention: {
    shape: ([query, key, value, mask, ...rest]) => {
      if (query?.length !== 4 || !key || !value || rest.length > 0) {
        throw new ShapeError('attention takes three inputs of rank 4, and a mask');
      }
      const probabilities = matmulShape(query, key, false, true);
      if (mask && !sameShape(mask, probabilities)) throw new ShapeError('the mask of attention has another shape');
      return [matmulShape(probabilities, value, false, false), probabilities];
    },
    // dV = (P M)^T dO,  d(P M) = dO V^T,  dP = d(P M) M (+ the direct gradient of P),  dM = d(P M) P,
    // dS = P (dP - rowsum(dP P)),  dQ = s dS K,  dK = s dS^T Q; M = 1 without a mask.
    // Without a direct gradient of P, rowsum(dP P) = rowsum(d(P M) P M) = rowsum(dO O) (Dao et al. 2022): a much
    // smaller product.
    gradient: ({ builder, attributes, inputs, outputs, gradients, wanted }) => {
      const { scale } = attributes;
      const [query, key, value, mask] = [at(inputs, 0), at(inputs, 1), at(inputs, 2), inputs[3]];
      const [output, probabilities] = [at(outputs, 0), at(outputs, 1)];
      const [dOutput, direct] = gradients;
      // Recomputed rather than kept from the forward pass: it is as large as P.
      const kept = mask && dOutput ? builder.multiply(probabilities, mask) : probabilities;
      const dValue = dOutput ? builder.matmul(kept, dOutput, { transposeA: true }) : null;
      const dKept = dOutput ? builder.matmul(dOutput, value, { transposeB: true }) : null;
      const through = dKept && mask ? builder.multiply(dKept, mask) : dKept;
      const dProbabilities = through && direct ? builder.add(through, direct) : (through ?? gradientAt(gradients, 1));
      const product =
        dOutput && !direct ? builder.multiply(dOutput, output) : builder.multiply(dProbabilities, probabilities);
      const rowSum = builder.reduceSum(product, [3], true);
      const dScores = builder.multiply(builder.subtract(dProbabilities, rowSum), probabilities);
      return [
        builder.matmul(dScores, key, { scale }),
        builder.matmul(dScores, query, { transposeA: true, scale }),
        dValue,
        ...(mask ? [wanted[3] && dKept ? builder.multiply(dKept, probabilities) : null] : []),
      ];
    },
    lower: {
      cpu: (context) => lowerAttention(context, fusedMatMul),
      webgpu: (context) => lowerAttention(context, plainMatMul),
    },
  },
};
