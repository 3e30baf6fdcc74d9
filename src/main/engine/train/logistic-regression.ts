import { type Minimum, minimise } from '#shared/statistics/lbfgs';
import { crossEntropyOfRows } from '#shared/statistics/softmax-loss';
import { crossEntropyTargets } from './cross-entropy';

export interface LogisticData {
  /** [rows, width] */
  readonly features: Float32Array;
  /** [rows], class indices. */
  readonly labels: Int32Array;
  readonly width: number;
  readonly classes: number;
}

export interface LogisticOptions {
  /** scikit-learn's C: weight of the data relative to the penalty. */
  readonly penalty: number;
  /** Number of rows that are views of one image and together count as one. */
  readonly rowsPerImage: number;
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  /** Tolerance on the largest component of the gradient of the penalised mean loss. */
  readonly tolerance: number;
  readonly maximumIterations: number;
  /** Called after each iteration with the penalised loss; may throw to end the fit. */
  onIteration?(iteration: number, value: number): Promise<void>;
}

export interface LogisticFit {
  /** [classes, width], for unscaled features. */
  readonly weight: Float64Array;
  /** [classes] */
  readonly bias: Float64Array;
  /** Weighted mean cross-entropy, without the penalty. */
  readonly loss: number;
  readonly search: Omit<Minimum, 'x'>;
}

/**
 * Fits a multinomial logistic regression with an L2 penalty on the weights but not on the biases, to its unique
 * minimum: the solution of scikit-learn's `make_pipeline(StandardScaler(), LogisticRegression(C=penalty))`. With T as
 * in `crossEntropyTargets`, s_i the weight of row i's class, and z the standardised features, it minimises
 *
 *   -sum(T log softmax(z W^T + b)) + rowsPerImage / (2 C sum_i s_i) |W|^2
 *
 * Features are standardised (mean 0, variance 1 over the rows; a constant one keeps its scale), so that one C suits
 * backbones whose features differ in scale and few iterations suffice; the result is converted back to unscaled
 * features.
 */
export async function fitLogisticRegression(data: LogisticData, options: LogisticOptions): Promise<LogisticFit> {
  const [fit] = await fitLogisticPath(data, options, [options.penalty]);
  return fit as LogisticFit;
}

/**
 * Fits one regression for each penalty, in the order given. Each search starts from the minimum before it, which saves
 * most of its iterations if neighbours in the list are alike; the minima are the same.
 */
export async function fitLogisticPath(
  data: LogisticData,
  options: Omit<LogisticOptions, 'penalty'>,
  penalties: readonly number[],
): Promise<LogisticFit[]> {
  const { features, labels, width, classes } = data;
  const rows = labels.length;
  const targets = crossEntropyTargets({ ...options, batch: rows, classes, labels, mixed: null, scale: 1 });
  const scaling = standardisation(features, rows, width);
  const totalWeight = labels.reduce((sum, label) => sum + (options.classWeights?.[label] ?? 1), 0);
  const size = classes * width;

  let loss = 0;
  let decay = 0;
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    const linear = unscale(x, scaling, classes);
    const linearGradient = new Float64Array(x.length);
    loss = crossEntropyOfRows(linear, linearGradient, data, targets);
    let squares = 0;
    for (let c = 0; c < classes; c += 1) {
      const biasGradient = linearGradient[size + c] as number;
      gradient[size + c] = biasGradient;
      for (let j = 0; j < width; j += 1) {
        const at = c * width + j;
        const weight = x[at] as number;
        squares += weight * weight;
        const centred = (linearGradient[at] as number) - biasGradient * (scaling.mean[j] as number);
        gradient[at] = centred / (scaling.deviation[j] as number) + decay * weight;
      }
    }
    return loss + (decay / 2) * squares;
  };
  const fits: LogisticFit[] = [];
  let start: Float64Array = new Float64Array(size + classes);
  for (const penalty of penalties) {
    decay = totalWeight === 0 ? 0 : options.rowsPerImage / (penalty * totalWeight);
    const { x, ...search } = await minimise(objective, start, options);
    start = x;
    const linear = unscale(x, scaling, classes);
    objective(x, new Float64Array(x.length));
    fits.push({ weight: linear.slice(0, size), bias: linear.slice(size), loss, search });
  }
  return fits;
}

interface Scaling {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

function standardisation(features: Float32Array, rows: number, width: number): Scaling {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let j = 0; j < width; j += 1) {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += features[row * width + j] as number;
    const centre = sum / rows;
    let squares = 0;
    for (let row = 0; row < rows; row += 1) squares += ((features[row * width + j] as number) - centre) ** 2;
    mean[j] = centre;
    const spread = Math.sqrt(squares / rows);
    // Any spread left in a constant column is rounding.
    deviation[j] = spread > 1e-7 * Math.abs(centre) ? spread : 1;
  }
  return { mean, deviation };
}

/** Returns weights and biases, concatenated, for unscaled features: W / deviation and b - W mean / deviation. */
function unscale(x: Float64Array, { mean, deviation }: Scaling, classes: number): Float64Array {
  const width = mean.length;
  const linear = x.slice();
  for (let c = 0; c < classes; c += 1) {
    let shift = 0;
    for (let j = 0; j < width; j += 1) {
      const weight = (x[c * width + j] as number) / (deviation[j] as number);
      linear[c * width + j] = weight;
      shift += weight * (mean[j] as number);
    }
    linear[classes * width + c] = (x[classes * width + c] as number) - shift;
  }
  return linear;
}
