import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { FoveaError } from '#shared/ipc/errors';
import { type Settings, settingsSchema } from '#shared/models/project';
import { makeFolders } from './make-folders';

export interface SettingsService {
  get(): Promise<Settings>;
  set(changes: Partial<Settings>): Promise<Settings>;
}

/**
 * Stores `settings.json` in the user-data folder, atomically. An invalid file is renamed to `settings.json.damaged` and
 * replaced by the defaults.
 */
export function createSettings(userDataFolder: string): SettingsService {
  const file = join(userDataFolder, 'settings.json');
  let present: Settings | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<Settings> => {
    if (present !== null) return present;
    let text: string | null = null;
    try {
      text = await readFile(file, 'utf8');
    } catch {
      // No settings yet, or unreadable: use the defaults.
    }
    if (text !== null) {
      const parsed = settingsSchema.safeParse(parseJson(text));
      if (parsed.success) present = parsed.data;
      else await rename(file, `${file}.damaged`).catch(() => {});
    }
    present ??= settingsSchema.parse({});
    return present;
  };

  return {
    get: load,
    set(changes) {
      const step = queue.then(async () => {
        const next = settingsSchema.parse({ ...(await load()), ...changes });
        try {
          await makeFolders(userDataFolder);
          await writeFileAtomic(file, `${JSON.stringify(next, null, 2)}\n`);
        } catch (cause) {
          throw new FoveaError('settings_unwritable', 'The settings could not be saved.', {
            hint: "Check that your user folder is writable and its disk isn't full.",
            cause,
          });
        }
        present = next;
        return next;
      });
      queue = step.catch(() => {});
      return step;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
