import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { initialiseParameters } from '../../engine/vit/initialise';
import { parameterGroups } from '../../engine/vit/parameters';
import { tinyConfig } from '../../engine/vit/test-support';
import { openTeacher } from './open-teacher';
import { writeStudent } from './write-student';

const folder = mkdtempSync(join(tmpdir(), 'fovea-student-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a written student opens as a checkpoint without a head, with its weights to half precision', async () => {
  const config = { ...tinyConfig, family: 'dinov2', layerNormEpsilon: 1e-6, classes: [] } as const;
  const specs = parameterGroups(config).flatMap((group) => group.parameters);
  const parameters = initialiseParameters(specs, 1);
  for (const name of ['classifier.weight', 'classifier.bias']) parameters.delete(name);
  const processor = { image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6], rescale_factor: 1 / 255 };
  await writeStudent(
    folder,
    { config, parameters },
    new Map([['preprocessor_config.json', JSON.stringify(processor)]]),
  );

  const opened = await openTeacher(folder);
  expect({ ...opened.config, classes: [] }).toEqual(config);
  expect(opened.normalisation).toEqual({ rescaleFactor: 1 / 255, mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] });
  expect([...opened.parameters.keys()].sort()).toEqual([...parameters.keys()].sort());
  for (const [name, { data }] of parameters) {
    const read = opened.parameters.get(name)?.data ?? new Float32Array(0);
    expect(read).toHaveLength(data.length);
    for (const [index, value] of data.entries()) {
      expect(Math.abs((read[index] as number) - value)).toBeLessThanOrEqual(2 ** -11 * Math.abs(value) + 2 ** -25);
    }
  }
});
