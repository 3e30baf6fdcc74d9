import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { FoveaError } from '#shared/ipc/errors';
import { SEARCH_FILE as SEARCH, type SearchState, searchStateSchema } from '#shared/models/search';
import { explainWriteError, isMissing } from '../../core/file-errors';

/**
 * Reads the state of a search; null if it has none yet.
 *
 * @throws FoveaError `checkpoint_damaged`, `checkpoint_mismatch` if it belongs to a run with other settings
 */
export async function readSearch(runFolder: string, run: string): Promise<SearchState | null> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(runFolder, SEARCH), 'utf8'));
  } catch (error) {
    if (isMissing(error)) return null;
    throw damaged(error);
  }
  const parsed = searchStateSchema.safeParse(json);
  if (!parsed.success) throw damaged(parsed.error);
  if (parsed.data.run !== run) {
    throw new FoveaError('checkpoint_mismatch', 'The search belongs to a run with other settings or images.', {
      hint: 'Start a new run.',
    });
  }
  return parsed.data;
}

const damaged = (cause: unknown) =>
  new FoveaError('checkpoint_damaged', `The state of the search (${SEARCH}) is damaged.`, {
    hint: 'Start a new run with the same settings.',
    cause,
  });

/** Writes the state to a temporary name, flushes it and renames it. Throws `disk_full`, `disk_failed`, `not_writable`. */
export async function writeSearch(runFolder: string, state: SearchState): Promise<void> {
  try {
    await writeFileAtomic(join(runFolder, SEARCH), `${JSON.stringify(state)}\n`);
  } catch (error) {
    throw explainWriteError(error, 'the state of the search');
  }
}
