import { describe, expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import { GraphBuilder } from '../ir/builder';
import { createBackend } from './create-backend';
import { OUT_OF_MEMORY } from './out-of-memory';
import { arenaStaysSmall, BATCH_INPUT, checkTensorSizes } from './tensor-limit';

/** 2^20 pixels per image and, in the middle of the graph, 8 times that: 32 MiB per image. */
function wideGraph(batch: number) {
  const builder = new GraphBuilder();
  const pixels = builder.input(BATCH_INPUT, [batch, 1, 2 ** 20]);
  const wide = builder.exp(builder.expand(pixels, [batch, 8, 2 ** 20]));
  builder.output('sum', builder.reduceSum(wide, [1, 2]));
  return builder.build('wide');
}

function refusal(act: () => void): FoveaError {
  try {
    act();
  } catch (error) {
    if (error instanceof FoveaError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('checkTensorSizes', () => {
  it('accepts tensors below 1 GiB', () => {
    expect(() => checkTensorSizes(wideGraph(31))).not.toThrow();
  });

  it('rejects an intermediate of 1 GiB or more, and names the largest batch that fits', () => {
    for (const batch of [32, 33, 64, 1000]) {
      const error = refusal(() => checkTensorSizes(wideGraph(batch)));
      expect(error.code).toBe(OUT_OF_MEMORY);
      expect(error.message).toContain(`batch of ${batch} `);
      expect(error.message).toContain(`[${batch},8,1048576]`);
      expect(error.hint).toContain('31 or less');
    }
  });

  it('says so if no batch fits', () => {
    const builder = new GraphBuilder();
    const pixels = builder.input(BATCH_INPUT, [1, 2 ** 28]);
    builder.output('double', builder.add(pixels, pixels));
    expect(refusal(() => checkTensorSizes(builder.build('huge'))).hint).toMatch(/smaller image size/);
  });

  it('ignores tensors that no output needs', () => {
    const builder = new GraphBuilder();
    const pixels = builder.input(BATCH_INPUT, [64, 1]);
    builder.expand(pixels, [64, 2 ** 24]);
    builder.output('double', builder.add(pixels, pixels));
    expect(() => checkTensorSizes(builder.build('pruned'))).not.toThrow();
  });
});

it('lets the arena grow for programs that need less than 512 MiB', () => {
  // The expanded pixels and their exponentials: 2 x 32 MiB per image.
  expect(arenaStaysSmall(wideGraph(7))).toBe(true);
  expect(arenaStaysSmall(wideGraph(8))).toBe(false);
});

it.each(['cpu', 'tfjs'] as const)('%s compiles no program with such a tensor', async (device) => {
  const backend = createBackend({ device, threads: 1 });
  await expect(backend.compile(wideGraph(64))).rejects.toMatchObject({ code: OUT_OF_MEMORY });
});
