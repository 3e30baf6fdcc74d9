import type { Operations } from '../ir/operations';
import { broadcastShapes, ShapeError } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import { elementTypes } from '../onnx/codes';
import type { OpName } from './attributes';
import { at, everywhere, gradientAt, type OpRule } from './rule';

type Binary = 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'greater';
type Unary = 'exp' | 'sqrt' | 'erf' | 'gelu' | 'tanhGelu';

const binaryShape = ([a, b, ...rest]: readonly Shape[]): readonly Shape[] => {
  if (!a || !b || rest.length > 0) throw new ShapeError('takes two inputs');
  return [broadcastShapes(a, b)];
};
const unaryShape = ([x, ...rest]: readonly Shape[]): readonly Shape[] => {
  if (!x || rest.length > 0) throw new ShapeError('takes one input');
  return [x];
};

function lowerTo<K extends OpName>(type: string) {
  return everywhere<K>(({ emitter, inputs, outputs }) => {
    emitter.node(type, inputs, outputs);
  });
}

/** 2 sqrt(2 / pi) and its product with 0.044715: GELU's tanh form is x s(x (LINEAR + CUBIC x^2)), s the sigmoid. */
const LINEAR = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715 * LINEAR;

/** d(x g) = (g + x g (1 - g) (LINEAR + 3 CUBIC x^2)) dx, where g is the gate s(x (LINEAR + CUBIC x^2)) */
function tanhGeluSlope(builder: Operations, x: Value, result: Value, gate: Value): Value {
  const inner = builder.add(
    builder.multiply(builder.multiply(x, x), builder.scalar(3 * CUBIC)),
    builder.scalar(LINEAR),
  );
  const closed = builder.subtract(builder.scalar(1), gate);
  return builder.add(gate, builder.multiply(builder.multiply(result, closed), inner));
}

type Gated = 'scaledGelu' | 'gatedTanhGelu';

export const elementwise: { readonly [K in Binary | Unary | Gated | 'cast']: OpRule<K> } = {
  add: {
    shape: binaryShape,
    // d(a + b) = da + db
    gradient: ({ gradients: [dy] }) => [dy ?? null, dy ?? null],
    lower: lowerTo('Add'),
  },
  subtract: {
    shape: binaryShape,
    // d(a - b) = da - db
    gradient: ({ builder, gradients, wanted }) => {
      const dy = gradientAt(gradients, 0);
      return [dy, wanted[1] ? builder.multiply(dy, builder.scalar(-1)) : null];
    },
    lower: lowerTo('Sub'),
  },
  multiply: {
    shape: binaryShape,
    // d(a b) = b da + a db
    gradient: ({ builder, inputs, gradients, wanted }) => {
      const dy = gradientAt(gradients, 0);
      return [
        wanted[0] ? builder.multiply(dy, at(inputs, 1)) : null,
        wanted[1] ? builder.multiply(dy, at(inputs, 0)) : null,
      ];
    },
    lower: lowerTo('Mul'),
  },
  divide: {
    shape: binaryShape,
    // d(a / b) = da / b - (a / b) / b db
    gradient: ({ builder, inputs, outputs, gradients, wanted }) => {
      const scaled = builder.divide(gradientAt(gradients, 0), at(inputs, 1));
      return [
        scaled,
        wanted[1] ? builder.multiply(builder.multiply(scaled, at(outputs, 0)), builder.scalar(-1)) : null,
      ];
    },
    lower: lowerTo('Div'),
  },
  minimum: {
    shape: binaryShape,
    // d min(a, b) = da where a <= b, else db
    gradient: ({ builder, inputs, gradients }) => {
      const dy = gradientAt(gradients, 0);
      const second = builder.multiply(dy, builder.greater(at(inputs, 0), at(inputs, 1)));
      return [builder.subtract(dy, second), second];
    },
    lower: lowerTo('Min'),
  },
  /** 1 where a > b, else 0. */
  greater: {
    shape: binaryShape,
    // constant almost everywhere
    gradient: () => [null, null],
    lower: everywhere(({ emitter, inputs, outputs }) => {
      const [mask] = emitter.node('Greater', inputs, 1);
      emitter.node('Cast', [mask], outputs, { to: { kind: 'int', value: elementTypes.float32 } });
    }),
  },
  exp: {
    shape: unaryShape,
    // d(exp x) = exp(x) dx
    gradient: ({ builder, outputs, gradients }) => [builder.multiply(gradientAt(gradients, 0), at(outputs, 0))],
    lower: lowerTo('Exp'),
  },
  sqrt: {
    shape: unaryShape,
    // d(sqrt x) = dx / (2 sqrt x)
    gradient: ({ builder, outputs, gradients }) => [
      builder.divide(gradientAt(gradients, 0), builder.multiply(at(outputs, 0), builder.scalar(2))),
    ],
    lower: lowerTo('Sqrt'),
  },
  erf: {
    shape: unaryShape,
    // d(erf x) = 2 / sqrt(pi) exp(-x^2) dx
    gradient: ({ builder, inputs, gradients }) => {
      const x = at(inputs, 0);
      const bell = builder.exp(builder.multiply(builder.multiply(x, x), builder.scalar(-1)));
      return [
        builder.multiply(gradientAt(gradients, 0), builder.multiply(bell, builder.scalar(2 / Math.sqrt(Math.PI)))),
      ];
    },
    lower: lowerTo('Erf'),
  },
  /** x Phi(x), where Phi is the normal distribution function: the exact form, not the tanh approximation. */
  gelu: {
    shape: unaryShape,
    // d(x Phi(x)) = (Phi(x) + x phi(x)) dx,  Phi = (1 + erf(x / sqrt 2)) / 2,  phi = exp(-x^2 / 2) / sqrt(2 pi)
    gradient: ({ builder, inputs, gradients }) => {
      const x = at(inputs, 0);
      const erf = builder.erf(builder.multiply(x, builder.scalar(Math.SQRT1_2)));
      const distribution = builder.add(builder.multiply(erf, builder.scalar(0.5)), builder.scalar(0.5));
      const bell = builder.exp(builder.multiply(builder.multiply(x, x), builder.scalar(-0.5)));
      const density = builder.multiply(bell, builder.scalar(1 / Math.sqrt(2 * Math.PI)));
      const slope = builder.add(distribution, builder.multiply(x, density));
      return [builder.multiply(gradientAt(gradients, 0), slope)];
    },
    lower: lowerTo('Gelu'),
  },
  /**
   * t (1 + erf t) = sqrt 2 GELU(sqrt 2 t), for training: the factors sqrt 2 cost nothing in the adjacent matrix
   * products, and without them value and gradient take nine passes over memory instead of thirteen. Outputs: the
   * result, and 1 + erf t, which the gradient reuses and which has no gradient itself.
   */
  scaledGelu: {
    shape: (shapes) => [...unaryShape(shapes), ...unaryShape(shapes)],
    // d(t (1 + erf t)) = (1 + erf t + t 2 / sqrt(pi) exp(-t^2)) dt
    gradient: ({ builder, inputs, outputs, gradients }) => {
      const t = at(inputs, 0);
      if (gradients[1]) throw new Error('scaledGelu has no gradient through its second output');
      const bell = builder.exp(
        builder.subtract(builder.scalar(Math.log(2 / Math.sqrt(Math.PI))), builder.multiply(t, t)),
      );
      const slope = builder.add(at(outputs, 1), builder.multiply(t, bell));
      return [builder.multiply(gradientAt(gradients, 0), slope)];
    },
    lower: everywhere(({ emitter, inputs, outputs }) => {
      const [erf] = emitter.node('Erf', inputs, 1);
      emitter.node('Add', [erf, emitter.scalar(1)], [at(outputs, 1)]);
      emitter.node('Mul', [at(inputs, 0), at(outputs, 1)], [at(outputs, 0)]);
    }),
  },
  /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: GELU's tanh form (Hendrycks and Gimpel 2016), for inference. */
  tanhGelu: {
    shape: unaryShape,
    gradient: ({ builder, inputs, gradients }) => {
      const x = at(inputs, 0);
      const { result, gate } = builder.gatedTanhGelu(x);
      return [builder.multiply(gradientAt(gradients, 0), tanhGeluSlope(builder, x, result, gate))];
    },
    lower: everywhere(({ emitter, inputs, outputs }) => {
      emitter.node('Gelu', inputs, outputs, { approximate: { kind: 'string', value: 'tanh' } });
    }),
  },
  /**
   * The same for training. Since (1 + tanh z) / 2 is the sigmoid of 2 z, the result is x times a gate; the gate is the
   * second output, so that the gradient needs no further transcendental function. It has no gradient itself.
   */
  gatedTanhGelu: {
    shape: (shapes) => [...unaryShape(shapes), ...unaryShape(shapes)],
    gradient: ({ builder, inputs, outputs, gradients }) => {
      if (gradients[1]) throw new Error('gatedTanhGelu has no gradient through its second output');
      const slope = tanhGeluSlope(builder, at(inputs, 0), at(outputs, 0), at(outputs, 1));
      return [builder.multiply(gradientAt(gradients, 0), slope)];
    },
    lower: everywhere(({ emitter, inputs, outputs }) => {
      const x = at(inputs, 0);
      const [square] = emitter.node('Mul', [x, x], 1);
      const [cubic] = emitter.node('Mul', [square, emitter.scalar(CUBIC)], 1);
      const [factor] = emitter.node('Add', [cubic, emitter.scalar(LINEAR)], 1);
      const [opening] = emitter.node('Mul', [x, factor], 1);
      emitter.node('Sigmoid', [opening], [at(outputs, 1)]);
      emitter.node('Mul', [x, at(outputs, 1)], [at(outputs, 0)]);
    }),
  },
  /** Converts x to another element type: to nearest, ties to even; infinite beyond its range. */
  cast: {
    shape: unaryShape,
    // dx = dy, in the type of x
    gradient: ({ builder, inputs, gradients }) => [builder.cast(gradientAt(gradients, 0), at(inputs, 0).elementType)],
    lower: everywhere(({ emitter, inputs, outputs, attributes }) => {
      emitter.node('Cast', inputs, outputs, { to: { kind: 'int', value: elementTypes[attributes.to] } });
    }),
  },
};
