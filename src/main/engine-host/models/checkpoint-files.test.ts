import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { initialLoopState } from '../../engine/train/checkpoint';
import type { OptimizerState } from '../../engine/train/session';
import { architectureByName } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { initialiseParameters } from '../../engine/vit/initialise';
import { parameterSpecs } from './backbone-folder';
import {
  type CheckpointContent,
  openCheckpoint,
  readOptimizer,
  readParameters,
  writeCheckpoint,
} from './checkpoint-files';
import { beforeFolder, bestSlot, lastSlot } from './checkpoint-slots';

const config: VitConfig = {
  ...(architectureByName('vit-micro', ['a', 'b']) as VitConfig),
  hiddenSize: 12,
  intermediateSize: 24,
  layers: 1,
};

const content = (step: number): CheckpointContent => ({
  config,
  pipeline: defaultPipeline(96),
  parameters: initialiseParameters(parameterSpecs(config), step),
  lora: null,
  optimizer: {
    step,
    firstMoments: initialiseParameters(parameterSpecs(config), step + 1),
    secondMoments: initialiseParameters(parameterSpecs(config), step + 2),
    averages: initialiseParameters(parameterSpecs(config), step + 3),
  },
  trainer: {
    run: 'r',
    backbone: 'b',
    random: { algorithm: 'xoshiro128**', seed: 1, epoch: 1 },
    state: { ...initialLoopState, step },
    notes: [],
  },
});

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-checkpoint-'));
  folder = lastSlot(root).folder;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const names = () => readdirSync(join(root, 'checkpoints')).sort();
const stepOf = async (at: string) => (await openCheckpoint(at))?.trainer.state.step;

describe('checkpoint folders', () => {
  it('return what was written, or nothing', async () => {
    expect(await openCheckpoint(folder)).toBeNull();
    const written = content(3);
    await writeCheckpoint(lastSlot(root), written);
    const checkpoint = await openCheckpoint(folder);
    if (checkpoint === null) throw new Error('no checkpoint');
    expect(await readParameters(checkpoint)).toEqual(written.parameters);
    expect(await readOptimizer(checkpoint)).toEqual(written.optimizer);
    expect(names()).toEqual(['last']);
    // Also the parts in which a run computes where memory was short: the order of its additions.
    const inParts = { ...written, optimizer: { ...(written.optimizer as OptimizerState), part: 5 } };
    await writeCheckpoint(lastSlot(root), inParts);
    const next = await openCheckpoint(folder);
    expect(next === null ? null : await readOptimizer(next)).toEqual(inParts.optimizer);
    // And the loss scale of half precision.
    const lossScale = { scale: 2 ** -3, growthCount: 1999 };
    const scaled = { ...written, optimizer: { ...(written.optimizer as OptimizerState), lossScale } };
    await writeCheckpoint(lastSlot(root), scaled);
    const last = await openCheckpoint(folder);
    expect(last === null ? null : await readOptimizer(last)).toEqual(scaled.optimizer);
  });

  it('keep the last two saves complete, and one of the best model', async () => {
    for (const step of [1, 2, 3]) {
      await writeCheckpoint(lastSlot(root), content(step));
      await writeCheckpoint(bestSlot(root), { ...content(step), optimizer: null });
    }
    expect(names()).toEqual(['before', 'best', 'last']);
    expect([await stepOf(folder), await stepOf(beforeFolder(root))]).toEqual([3, 2]);
    const before = await openCheckpoint(beforeFolder(root));
    expect(before === null ? null : await readOptimizer(before)).toEqual(content(2).optimizer);
  });

  it.each([
    ['a changed config', (at: string) => writeFileSync(join(at, 'config.json'), '{}'), 'config.json has changed'],
    ['missing weights', (at: string) => rmSync(join(at, 'model.safetensors')), 'model.safetensors is missing'],
    [
      'no record',
      (at: string) => writeFileSync(join(at, 'trainer.json'), '{"version":1'),
      'trainer.json cannot be read',
    ],
  ])('are rejected with %s', async (_what, damage, reason) => {
    await writeCheckpoint(lastSlot(root), content(1));
    damage(folder);
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'checkpoint_damaged',
      message: expect.stringContaining(reason),
    });
  });
});
