import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '#shared/imaging/random';
import type { SplitName } from '#shared/models/dataset';
import { patientNumber } from '../../store/identity';
import { addImage } from '../../store/images';
import { startImport } from '../../store/imports';
import { classNumber, setLabel } from '../../store/labels';
import { sourceNumber } from '../../store/sources';
import { addSplit } from '../../store/splits';
import { plainImage } from '../../store/test-support/plain-image';
import type { OpenProject } from '../project/projects';

/** A noisy PNG of 64 × 56 pixels with a bright disc on the left or right. */
export function discPicture(side: 'left' | 'right', seed: number): Promise<Buffer> {
  const random = createRandom(11, seed);
  const [width, height] = [64, 56];
  const data = Buffer.alloc(width * height);
  for (let index = 0; index < data.length; index++) {
    const across = (index % width) - (side === 'left' ? 18 : 46);
    const down = Math.floor(index / width) - 28;
    data[index] = (across ** 2 + down ** 2 < 12 ** 2 ? 150 : 40) + random.integer(80);
  }
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

/**
 * Adds `counts` images of two classes, two per patient, to a project, with PNG files in `folder` and a split. The cache
 * stays empty: rasters are created on demand.
 */
export async function addDiscs(
  project: OpenProject,
  folder: string,
  counts: Readonly<Record<SplitName, number>>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { store } = project;
  const sourceId = sourceNumber(store, folder);
  const importId = startImport(store);
  const members = new Map<number, SplitName>();
  let number = 0;
  for (const split of ['train', 'validation', 'test'] as const) {
    for (let index = 0; index < counts[split]; index++) {
      number += 1;
      const side = Math.floor(index / 2) % 2 === 0 ? 'left' : 'right';
      const bytes = await discPicture(side, number);
      const path = `disc ${number}.png`;
      writeFileSync(join(folder, path), bytes);
      const { id } = addImage(store, {
        ...plainImage,
        hash: createHash('sha256').update(bytes).digest('hex'),
        sourceId,
        path,
        fileBytes: bytes.length,
        width: 64,
        height: 56,
        patientId: patientNumber(store, `${split} ${Math.floor(index / 2)}`, 'table'),
        givenSplit: split,
        importId,
      });
      setLabel(store, id, classNumber(store, side), 'folder');
      members.set(id, split);
    }
  }
  addSplit(store, { seed: 1, grouping: 'folders', validation: 0, test: 0, warnings: [] }, members);
}
