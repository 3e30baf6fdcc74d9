import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedTensors } from '../../engine/tensor';
import type { VitConfig } from '../../engine/vit/config';
import { hashFiles, openBackboneFolder, parameterSpecs } from '../models/backbone-folder';
import type { ImageNormalisation } from './pixels';

export interface Teacher {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  readonly normalisation: ImageNormalisation;
  /** SHA-256 of its files. */
  readonly hash: string;
  /** Name and text of the file that describes its pixels; the student's are the same. Null if it has none. */
  readonly processor: readonly [name: string, text: string] | null;
}

/**
 * Reads a checkpoint folder without its head.
 *
 * @throws FoveaError as `openBackboneFolder` does
 */
export async function openTeacher(folder: string): Promise<Teacher> {
  const opened = await openBackboneFolder(folder);
  try {
    const { config, processor, files } = opened;
    const { file, rescaleFactor, mean, std } = processor;
    const names = parameterSpecs(config).flatMap(({ name }) => (name.startsWith('classifier.') ? [] : [name]));
    return {
      config,
      parameters: await opened.read(names),
      normalisation: { rescaleFactor, mean, std },
      hash: await hashFiles(folder, files),
      processor: file === null ? null : [file, await readFile(join(folder, file), 'utf8')],
    };
  } finally {
    await opened.close();
  }
}
