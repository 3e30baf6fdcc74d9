import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildRunConfig, readConfigFile } from './configuration';
import { UsageError } from './outcome';

describe('buildRunConfig', () => {
  it('starts from the values of the guide', () => {
    expect(buildRunConfig({}, { backbone: 'vit-micro' }, [])).toMatchObject({
      backbone: 'vit-micro',
      preset: 'full',
      batchSize: 10,
      gradientAccumulation: 2,
      epochs: 40,
      weightDecay: 0.01,
      warmupRatio: 0.1,
      schedule: 'cosine',
      maxGradientNorm: 1,
      augmentation: { enabled: true, cropScale: [0.8, 1] },
    });
  });

  it('gives later sources precedence: file, flags, then --set in order', () => {
    const file = { backbone: 'a', epochs: 3, augmentation: { rotationDegrees: 5 } };
    const config = buildRunConfig(file, { backbone: 'b', preset: 'quick', device: undefined }, [
      'epochs=7',
      'augmentation.enabled=false',
      'augmentation.cropScale=[0.9,1]',
      'epochs=8',
      'earlyStoppingPatience=null',
      'bestMetric=macroF1',
      'learningRate=3e-4',
    ]);
    expect(config).toMatchObject({
      backbone: 'b',
      preset: 'quick',
      epochs: 8,
      learningRate: 3e-4,
      bestMetric: 'macroF1',
      augmentation: { enabled: false, cropScale: [0.9, 1], rotationDegrees: 5 },
    });
    expect(file.augmentation).toEqual({ rotationDegrees: 5 });
  });

  it.each([
    ['epochs=many', /epochs/],
    ['epochz=3', /epochz/],
    ['augmentation.hue=2', /hue/],
    ['epochs', /key=value/],
    ['=3', /key=value/],
    ['seed.x=3', /./],
    ['__proto__.polluted=1', /__proto__/],
    ['augmentation.constructor=1', /constructor/],
  ])('rejects %s as a usage error', (assignment, expected) => {
    let caught: unknown;
    try {
      buildRunConfig({ backbone: 'a', seed: 1 }, {}, [assignment]);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UsageError);
    expect(`${(caught as UsageError).message} ${(caught as UsageError).hint}`).toMatch(expected);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('readConfigFile', () => {
  it('reads a plain file and a run’s record, and explains what is wrong with others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fovea-config-'));
    const write = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    expect(await readConfigFile(await write('a.json', '{"epochs": 3}'))).toEqual({ epochs: 3 });
    expect(await readConfigFile(await write('b.json', '{"id": "r", "config": {"epochs": 4}}'))).toEqual({ epochs: 4 });
    const hostile = await readConfigFile(await write('c.json', '{"__proto__": {"polluted": 1}, "seed": 2}'));
    expect(Object.keys(hostile)).toEqual(['seed']);
    await expect(readConfigFile(await write('d.json', '{'))).rejects.toThrow('"d.json" is not valid JSON');
    await expect(readConfigFile(await write('e.json', '[1]'))).rejects.toThrow('does not contain a JSON object');
    await expect(readConfigFile(join(folder, 'missing.json'))).rejects.toThrow('cannot be read');
    await rm(folder, { recursive: true });
  });
});
