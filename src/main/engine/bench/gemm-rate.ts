import type { Precision } from '#shared/models/precision';
import type { Backend } from '../backends/backend';
import { GraphBuilder } from '../ir/builder';
import { quantizeWeight } from '../quantize/quantized-matrix';
import { createRandom } from '../random';
import type { Tensor } from '../tensor';
import type { VitConfig } from '../vit/config';
import { tokenCount } from '../vit/tokens';

interface GemmShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Products per run, so that the fixed cost of a run is negligible. */
const PRODUCTS = 4;
const REPEATS = 6;

/**
 * Measures the best rate, in GFLOP/s, at which this process multiplies matrices with a model's shapes or a large square
 * one: what a step could reach if it did nothing else. In int8, rounding the left factor is included.
 */
export async function measureGemmRate(
  backend: Backend,
  config: VitConfig,
  batch: number,
  precision: Precision = 'fp32',
): Promise<number> {
  const rows = batch * tokenCount(config);
  const { hiddenSize, intermediateSize } = config;
  const shapes: GemmShape[] = [
    { rows, inner: hiddenSize, columns: hiddenSize },
    { rows, inner: hiddenSize, columns: intermediateSize },
    { rows, inner: intermediateSize, columns: hiddenSize },
    { rows: 1024, inner: 1024, columns: 1024 },
  ];
  let best = 0;
  for (const shape of shapes) best = Math.max(best, await measureShape(backend, shape, precision));
  return best;
}

async function measureShape(
  backend: Backend,
  { rows, inner, columns }: GemmShape,
  precision: Precision,
): Promise<number> {
  const builder = new GraphBuilder();
  const a = builder.input('a', [rows, inner]);
  const b = builder.input('b', [columns, inner]);
  const factor = randomTensor([columns, inner]);
  const quantized = precision === 'int8' ? quantizeWeight(factor) : null;
  // Scales differ, so that the runtime does not compute a single product once; only one row of each leaves the device.
  for (let index = 0; index < PRODUCTS; index += 1) {
    const product =
      quantized === null
        ? builder.matmul(a, b, { transposeB: true, scale: index + 1 })
        : builder.quantizedLinear(
            a,
            { ...quantized, scales: quantized.scales.map((scale) => scale * (index + 1)) },
            null,
          );
    builder.output(`row.${index}`, builder.slice(product, 0, 0, 1));
  }
  const program = await backend.compile(builder.build('gemm rate'));
  const feeds = new Map([
    ['a', randomTensor([rows, inner])],
    ['b', factor],
  ]);
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const start = performance.now();
    await program.run(feeds);
    best = Math.min(best, performance.now() - start);
  }
  await program.dispose();
  return (PRODUCTS * 2 * rows * inner * columns) / (best * 1e6);
}

function randomTensor(shape: readonly number[]): Tensor {
  const random = createRandom(1);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { shape, data: Float32Array.from({ length: size }, () => random() - 0.5) };
}
