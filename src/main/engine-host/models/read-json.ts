import { FoveaError } from '#shared/ipc/errors';
import { readRegularFile } from './regular-file';

/** Far above any real config, processor or index of weights. */
export const MAX_JSON_BYTES = 8 * 2 ** 20;

/**
 * Reads a JSON file of an untrusted checkpoint.
 *
 * @throws FoveaError `backbone_invalid`, `not_a_file`, `file_too_large`
 */
export async function readJsonFile(path: string, name: string): Promise<unknown> {
  const text = await readRegularFile(path, name, MAX_JSON_BYTES);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FoveaError('backbone_invalid', `${name} is not valid JSON.`, {
      hint: 'Copy or download the folder again.',
      cause: error,
    });
  }
}
