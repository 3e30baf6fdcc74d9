import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import type { TrainSpec } from '../core/protocol';
import { bestFolder, lastFolder } from '../models/checkpoint-slots';
import { hashFile } from '../models/tensor-files';
import { smallRun, temporaryFolders, testEngine } from '../test-support';

const newFolder = temporaryFolders();
const engine = testEngine('engine-host-kill');

const hashes = async ({ runFolder }: TrainSpec) => [
  await hashFile(join(lastFolder(runFolder), 'model.safetensors')),
  await hashFile(join(lastFolder(runFolder), 'optimizer.safetensors')),
  await hashFile(join(bestFolder(runFolder), 'model.safetensors')),
];

/**
 * Trains until a number of reports and some milliseconds later, then kills the engine. True if the run ended first.
 */
async function trainUntil(spec: TrainSpec, told: number, milliseconds: number): Promise<boolean> {
  let left = told;
  const count = () => {
    left -= 1;
    if (left !== 0) return;
    void sleep(milliseconds).then(() => {
      if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL');
    });
  };
  try {
    await engine.request('train', spec, { onLog: count, onRunProgress: count }).result;
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'engine_crashed' });
    return false;
  }
}

describe('an engine killed repeatedly', { timeout: 240_000 }, () => {
  it.each([
    ['careful', { preset: 'careful', headEpochs: 1, epochs: 2 }],
    ['gradual', { preset: 'gradual', stageEpochs: 1 }],
  ] as const)('reaches identical weights: %s', async (_, settings) => {
    const whole = smallRun(newFolder(), settings);
    await engine.request('train', whole).result;
    const expected = await hashes(whole);

    const spec = smallRun(newFolder(), settings);
    const random = createRandom(21, settings.preset.length);
    let ended = false;
    for (let life = 0; life < 5 && !ended; life++) {
      // At first within the first lines, then farther on; at any moment of a step, an evaluation or a save.
      ended = await trainUntil({ ...spec, resume: life > 0 }, 2 + life + random.integer(6), random.integer(30));
    }
    if (!ended) await engine.request('train', { ...spec, resume: true }).result;
    expect(await hashes(spec)).toEqual(expected);
  });
});
