import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { initialLoopState } from '../engine/train/checkpoint';
import { architectureByName } from '../engine/vit/architectures';
import type { VitConfig } from '../engine/vit/config';
import { initialiseParameters } from '../engine/vit/initialise';
import { parameterSpecs } from './backbone-folder';
import {
  type CheckpointContent,
  openCheckpoint,
  readOptimizer,
  readParameters,
  writeCheckpoint,
} from './checkpoint-files';

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
  optimizer: {
    step,
    firstMoments: initialiseParameters(parameterSpecs(config), step + 1),
    secondMoments: initialiseParameters(parameterSpecs(config), step + 2),
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
  folder = join(root, 'last');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const stepOf = async () => (await openCheckpoint(folder))?.trainer.state.step;

describe('checkpoint folders', () => {
  it('give back what was written, and nothing where nothing was', async () => {
    expect(await openCheckpoint(folder)).toBeNull();
    const written = content(3);
    await writeCheckpoint(folder, written);
    const checkpoint = await openCheckpoint(folder);
    if (checkpoint === null) throw new Error('no checkpoint');
    expect(await readParameters(checkpoint)).toEqual(written.parameters);
    expect(await readOptimizer(checkpoint)).toEqual(written.optimizer);
    expect(readdirSync(root)).toEqual(['last']);
  });

  it('are whole after a kill at any moment of a replacement', async () => {
    await writeCheckpoint(folder, content(1));
    cpSync(folder, join(root, 'one'), { recursive: true });
    await writeCheckpoint(folder, content(2));
    cpSync(folder, join(root, 'two'), { recursive: true });
    const restore = () => {
      for (const name of ['last', 'last.incoming', 'last.previous'])
        rmSync(join(root, name), { recursive: true, force: true });
      cpSync(join(root, 'one'), folder, { recursive: true });
    };

    // While the new one is being written.
    restore();
    mkdirSync(`${folder}.incoming`);
    writeFileSync(join(`${folder}.incoming`, 'config.json'), '{');
    expect(await stepOf()).toBe(1);

    // Between the two renames.
    restore();
    cpSync(join(root, 'two'), `${folder}.incoming`, { recursive: true });
    renameSync(folder, `${folder}.previous`);
    expect(await stepOf()).toBe(1);

    // Before the old one is removed.
    restore();
    renameSync(folder, `${folder}.previous`);
    cpSync(join(root, 'two'), folder, { recursive: true });
    expect(await stepOf()).toBe(2);

    expect(readdirSync(root).sort()).toEqual(['last', 'one', 'two']);
    await writeCheckpoint(folder, content(4));
    expect(await stepOf()).toBe(4);
  });

  it.each([
    ['a changed config', (at: string) => writeFileSync(join(at, 'config.json'), '{}'), 'config.json has changed'],
    ['missing weights', (at: string) => rmSync(join(at, 'model.safetensors')), 'model.safetensors is missing'],
    [
      'no record',
      (at: string) => writeFileSync(join(at, 'trainer.json'), '{"version":1'),
      'trainer.json cannot be read',
    ],
  ])('are refused with %s', async (_what, damage, reason) => {
    await writeCheckpoint(folder, content(1));
    damage(folder);
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'checkpoint_damaged',
      message: expect.stringContaining(reason),
    });
  });
});
