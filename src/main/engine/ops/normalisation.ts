import { dimension, ShapeError, sameShape } from '../ir/shape';
import { at, everywhere, gradientAt, type OpRule } from './rule';

const lastAxis = { axis: { kind: 'int', value: -1 } } as const;

export const normalisation: { readonly [K in 'softmax' | 'logSoftmax' | 'layerNormalization']: OpRule<K> } = {
  /** exp(x) / sum exp(x) over the last axis. */
  softmax: {
    shape: ([x]) => {
      if (!x || x.length === 0) throw new ShapeError('softmax takes one input with an axis');
      return [x];
    },
    // Y = softmax(X):  dX = Y (dY - rowsum(dY Y))
    gradient: ({ builder, outputs, gradients }) => {
      const [y, dy] = [at(outputs, 0), gradientAt(gradients, 0)];
      const rowSum = builder.reduceSum(builder.multiply(dy, y), [y.shape.length - 1], true);
      return [builder.multiply(builder.subtract(dy, rowSum), y)];
    },
    lower: everywhere(({ emitter, inputs, outputs }) => {
      emitter.node('Softmax', inputs, outputs, lastAxis);
    }),
  },

  /** x - log sum exp(x) over the last axis. */
  logSoftmax: {
    shape: ([x]) => {
      if (!x || x.length === 0) throw new ShapeError('logSoftmax takes one input with an axis');
      return [x];
    },
    // Y = logsoftmax(X):  dX = dY - exp(Y) rowsum(dY)
    gradient: ({ builder, outputs, gradients }) => {
      const [y, dy] = [at(outputs, 0), gradientAt(gradients, 0)];
      const rowSum = builder.reduceSum(dy, [y.shape.length - 1], true);
      return [builder.subtract(dy, builder.multiply(builder.exp(y), rowSum))];
    },
    lower: {
      cpu: ({ emitter, inputs, outputs }) => {
        emitter.node('LogSoftmax', inputs, outputs, lastAxis);
      },
      // LogSoftmax has no GPU kernel: shift by the maximum, then subtract the logarithm of the sum.
      webgpu: ({ emitter, inputs, outputs }) => {
        const keep = { keepdims: { kind: 'int', value: 1 } } as const;
        const axes = emitter.integers([-1]);
        const [maximum] = emitter.node('ReduceMax', [at(inputs, 0), axes], 1, keep);
        const [shifted] = emitter.node('Sub', [at(inputs, 0), maximum], 1);
        const [exponentials] = emitter.node('Exp', [shifted], 1);
        const [sum] = emitter.node('ReduceSum', [exponentials, axes], 1, keep);
        const [logarithm] = emitter.node('Log', [sum], 1);
        emitter.node('Sub', [shifted, logarithm], outputs);
      },
    },
  },

  /**
   * w (x - mean) / sqrt(variance + epsilon) + b over the last axis (Ba et al. 2016). Outputs: the result, the mean and
   * the inverse deviation [..., 1]; the gradient reuses the last two, which have no gradient themselves.
   */
  layerNormalization: {
    shape: ([x, weight, bias]) => {
      if (!x || !weight || !bias) throw new ShapeError('layerNormalization takes three inputs');
      const width = [dimension(x, -1)];
      if (!sameShape(weight, width) || !sameShape(bias, width)) {
        throw new ShapeError('weight or bias of layerNormalization has another size than the last axis');
      }
      const statistic = x.with(-1, 1);
      return [x, statistic, statistic];
    },
    // h = (x - mean) r:  dw = sum dY h,  db = sum dY,  dX = r (g - mean(g) - h mean(g h)) with g = dY w
    gradient: ({ builder, inputs, outputs, gradients, wanted }) => {
      const [x, weight] = [at(inputs, 0), at(inputs, 1)];
      const [mean, inverseDeviation] = [at(outputs, 1), at(outputs, 2)];
      if (gradients[1] || gradients[2]) throw new Error('layerNormalization has no gradient through its statistics');
      const dy = gradientAt(gradients, 0);
      const last = x.shape.length - 1;
      const rows = [...Array(last).keys()];
      const normal = builder.multiply(builder.subtract(x, mean), inverseDeviation);
      const product = builder.multiply(dy, normal);
      let dx = null;
      if (wanted[0]) {
        const weighted = builder.multiply(dy, weight);
        const meanWeighted = builder.reduceMean(weighted, [last], true);
        const meanProduct = builder.reduceMean(builder.multiply(product, weight), [last], true);
        const centred = builder.subtract(weighted, meanWeighted);
        dx = builder.multiply(builder.subtract(centred, builder.multiply(normal, meanProduct)), inverseDeviation);
      }
      return [dx, wanted[1] ? builder.reduceSum(product, rows) : null, wanted[2] ? builder.reduceSum(dy, rows) : null];
    },
    lower: everywhere(({ emitter, inputs, outputs, attributes }) => {
      emitter.node('LayerNormalization', inputs, outputs, {
        axis: { kind: 'int', value: -1 },
        epsilon: { kind: 'float', value: attributes.epsilon },
      });
    }),
  },
};
