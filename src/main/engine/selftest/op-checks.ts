import { backward } from '../autodiff/backward';
import type { Backend, EngineDevice } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { GraphBuilder } from '../ir/builder';
import { sizeOf } from '../ir/shape';
import type { Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import { createRandom, hashText } from '../random';
import type { Tensor } from '../tensor';
import { type Check, check, limitFactor, relativeError } from './check';
import { type OpCase, opCases } from './op-cases';
import { definitionOf } from './op-definitions';
import type { ReferenceArray } from './reference-array';

/** float32 leaves an error of about 1e-7 per operation; a wrong formula is off by far more than this. */
const LIMIT = 1e-5;
/** Step of the central differences, in double precision: error of order step^2. */
const STEP = 1e-5;

/** Checks every operation on a device: its result against its definition, its gradient against central differences. */
export async function runOpChecks(device: EngineDevice, threads = 0): Promise<readonly Check[]> {
  const backend = createBackend({ device, threads });
  const checks: Check[] = [];
  for (const op of Object.keys(opCases) as OpName[]) {
    for (const [index, opCase] of opCases[op].entries()) {
      if (device === 'webgpu' && opCase.notOnWebGpu) continue;
      checks.push(...(await checkOp(backend, op, opCase as OpCase, `${op} ${index + 1}`)));
    }
  }
  return checks;
}

type Definition = (inputs: readonly ReferenceArray[]) => readonly ReferenceArray[];

async function checkOp(backend: Backend, op: OpName, opCase: OpCase, label: string): Promise<Check[]> {
  const inputs = inputsOf(label, opCase);
  const given = opCase.given?.length ?? 0;
  const define: Definition = (arrays) => definitionOf(op)(arrays, opCase.attributes as never);
  const expected = define(inputs);
  const differentiable = inputs.length === 0 ? 0 : (opCase.differentiable ?? expected.length);
  const coefficients = expected
    .slice(0, differentiable)
    .map(({ shape }, index) => randomArray(`${label} ${index}`, shape, [-1, 1]));

  const builder = new GraphBuilder();
  const values = inputs.map(({ shape }, index) => builder.input(`input ${index}`, shape));
  const outputs = builder.apply(op, values, opCase.attributes as never);
  outputs.forEach((output, index) => {
    builder.output(`output ${index}`, output);
  });
  if (differentiable > 0) {
    const loss = weightedSum(builder, outputs, coefficients);
    backward(builder, loss, values.slice(0, values.length - given)).forEach((gradient, index) => {
      builder.output(`gradient ${index}`, gradient);
    });
  }
  const program = await backend.compile(builder.build(label));
  const { host } = await program.run(new Map(inputs.map((input, index) => [`input ${index}`, toTensor(input)])));
  await program.dispose();

  const dataOf = (name: string): Float32Array => (host.get(name) as Tensor).data;
  const limit = LIMIT * limitFactor(backend.device);
  return [
    ...expected.map(({ data }, index) =>
      check(`${label} output ${index}`, relativeError(dataOf(`output ${index}`), data, 1e-12), limit),
    ),
    ...inputs.slice(0, differentiable > 0 ? inputs.length - given : 0).map((_, index) => {
      const numeric = centralDifferences(define, inputs, index, coefficients);
      return check(`${label} gradient ${index}`, relativeError(dataOf(`gradient ${index}`), numeric, 1e-12), limit);
    }),
  ];
}

/** Builds a loss that depends on each element differently: sum of output x coefficient. */
function weightedSum(builder: GraphBuilder, outputs: readonly Value[], coefficients: readonly ReferenceArray[]): Value {
  const sums = coefficients.map((coefficient, index) => {
    const { shape } = coefficient;
    const factor = builder.constant(shape, Float32Array.from(coefficient.data));
    const product = builder.multiply(outputs[index] as Value, factor);
    return shape.length === 0 ? product : builder.reduceSum(product, [...shape.keys()]);
  });
  return sums.reduce((sum, value) => builder.add(sum, value));
}

function centralDifferences(
  define: Definition,
  inputs: readonly ReferenceArray[],
  input: number,
  coefficients: readonly ReferenceArray[],
): Float64Array {
  const { shape, data } = inputs[input] as ReferenceArray;
  const lossAt = (position: number, change: number): number => {
    const moved = data.slice();
    moved[position] = (moved[position] as number) + change;
    const outputs = define(inputs.with(input, { shape, data: moved }));
    return coefficients.reduce(
      (sum, coefficient, index) =>
        sum + coefficient.data.reduce((part, factor, i) => part + factor * (outputs[index]?.data[i] as number), 0),
      0,
    );
  };
  return Float64Array.from(data, (_, position) => (lossAt(position, STEP) - lossAt(position, -STEP)) / (2 * STEP));
}

function inputsOf(label: string, { shapes, range = [-1, 1], given = [] }: OpCase): ReferenceArray[] {
  return shapes.map((shape, index) => {
    const values = given[index - (shapes.length - given.length)];
    return values ? { shape, data: Float64Array.from(values) } : randomArray(`${label} input ${index}`, shape, range);
  });
}

/** Draws values that float32 represents exactly, so that both sides start from the same numbers. */
function randomArray(seed: string, shape: readonly number[], [low, high]: readonly [number, number]): ReferenceArray {
  const random = createRandom(hashText(seed));
  return {
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(low + (high - low) * random())),
  };
}

const toTensor = ({ shape, data }: ReferenceArray): Tensor => ({ shape, data: Float32Array.from(data) });
