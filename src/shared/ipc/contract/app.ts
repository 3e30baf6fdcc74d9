import { z } from 'zod';
import { deviceInfoSchema } from '../../models/device';
import { settingsChangeSchema, settingsSchema } from '../../models/project';
import { command, query } from './entries';
import { nothing } from './inputs';

export const appRequests = {
  'app.info': query(
    nothing,
    z.object({
      version: z.string(),
      /** `web` has no native dialogs: the renderer shows its own folder picker and uploads dropped files. */
      mode: z.enum(['desktop', 'web']),
      platform: z.string(),
      licences: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
    }),
    { reads: [] },
  ),
  'app.devices': query(
    nothing,
    z.object({ devices: z.array(deviceInfoSchema), cores: z.number().int(), memoryMB: z.number() }),
    { reads: [] },
  ),
  'settings.get': query(nothing, settingsSchema, { reads: ['settings'] }),
  'settings.set': command(settingsChangeSchema, settingsSchema, { changes: ['settings'] }),
  /** Desktop only: the native dialog. Null if cancelled. */
  'platform.pick': command(
    z.object({ kind: z.enum(['files', 'folder', 'save']), title: z.string(), suggestedName: z.string().optional() }),
    z.object({ grants: z.array(z.object({ grant: z.string(), name: z.string() })) }).nullable(),
    { changes: [] },
  ),
  /** Web mode only: folders and files of the machine that Fovea runs on. `path` null = home. */
  'platform.browse': query(
    z.object({ path: z.string().nullable() }),
    z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(z.object({ name: z.string(), path: z.string(), folder: z.boolean() })),
    }),
    { reads: [] },
  ),
  /** Web mode only: turns a browsed path into a grant; with `create` also for a folder that does not exist yet. */
  'platform.grant': command(
    z.object({ path: z.string(), create: z.boolean().default(false) }),
    z.object({ grant: z.string(), name: z.string() }),
    { changes: [] },
  ),
} as const;
