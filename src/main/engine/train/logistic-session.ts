import type { NamedTensors } from '../tensor';
import { fitLogisticRegression } from './logistic-regression';
import type { Batch, HeadSession, OptimizerState, StepResult, TrainingOptions } from './session';

export interface LogisticSessionOptions extends Pick<TrainingOptions, 'classWeights' | 'labelSmoothing'> {
  /** Width of the cached features. */
  readonly features: number;
  readonly classes: number;
  /** scikit-learn's C. */
  readonly penalty: number;
  /** Number of rows of the batch that are views of one image. */
  readonly rowsPerImage: number;
  /** Called after each iteration; may throw to end the step. */
  onIteration(): Promise<void>;
}

/** Tolerance on the gradient of the mean loss; scikit-learn's default is 1e-4. */
const TOLERANCE = 1e-6;
const MAXIMUM_ITERATIONS = 2000;

const WEIGHT = 'classifier.weight';
const BIAS = 'classifier.bias';

/**
 * Creates a linear head whose single step, on all features at once, goes to the minimum of an L2-regularised logistic
 * regression. It always begins at zero, so the result depends only on the features. Learning rates are ignored, and no
 * memory is held between steps.
 */
export function createLogisticSession(
  options: LogisticSessionOptions,
  start: NamedTensors,
  optimizer?: OptimizerState,
): HeadSession {
  const { features: width, classes } = options;
  let head: NamedTensors = new Map([WEIGHT, BIAS].map((name) => [name, copyOf(start, name)]));
  let steps = optimizer?.step ?? 0;
  const parameters = async () => new Map([WEIGHT, BIAS].map((name) => [name, copyOf(head, name)]));
  return {
    step: async ([batch, ...others]: readonly Batch[]): Promise<StepResult> => {
      if (batch === undefined || others.length > 0) throw new Error('a logistic regression takes one batch');
      const values: number[] = [];
      const { weight, bias, loss, search } = await fitLogisticRegression(
        { features: batch.pixels, labels: batch.labels, width, classes },
        {
          ...options,
          tolerance: TOLERANCE,
          maximumIterations: MAXIMUM_ITERATIONS,
          onIteration: async (_, value) => {
            values.push(value);
            await options.onIteration();
          },
        },
      );
      head = new Map([
        [WEIGHT, { shape: [classes, width], data: Float32Array.from(weight) }],
        [BIAS, { shape: [classes], data: Float32Array.from(bias) }],
      ]);
      steps += 1;
      return { loss, gradientNorm: search.gradient, note: describeSearch(search, values) };
    },
    logits: async (features, count) => {
      const [weight, bias] = [copyOf(head, WEIGHT).data, copyOf(head, BIAS).data];
      return Float32Array.from({ length: count * classes }, (_, at) => {
        const [row, c] = [Math.floor(at / classes), at % classes];
        let logit = bias[c] as number;
        for (let j = 0; j < width; j += 1) {
          logit += (weight[c * width + j] as number) * (features[row * width + j] as number);
        }
        return logit;
      });
    },
    parameters,
    // A minimum needs no average.
    averagedParameters: parameters,
    optimizer: async () => ({ step: steps, firstMoments: new Map(), secondMoments: new Map(), averages: new Map() }),
    dispose: async () => {},
  };
}

function copyOf(tensors: NamedTensors, name: string) {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the head has no ${name}`);
  return { shape: tensor.shape, data: tensor.data.slice() };
}

/** Describes the search, with its values after 1, 2, 4, … iterations. */
function describeSearch(
  { converged, iterations }: { converged: boolean; iterations: number },
  values: readonly number[],
) {
  const shown = values.flatMap((value, index) => {
    const isShown = Number.isInteger(Math.log2(index + 1)) || index === values.length - 1;
    return isShown ? [`${value.toFixed(4)} (${index + 1})`] : [];
  });
  const outcome = converged ? 'converged after' : 'did not converge in';
  return `The logistic regression ${outcome} ${iterations} iterations. Loss with penalty: ${shown.join(', ')}.`;
}
