import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { RequestOutput } from '#shared/ipc/contract';
import type { EngineClient } from '../../engine-host/client/client';

/** Facts about this installation and its machine, for Settings and About. */
export interface About {
  readonly version: string;
  info(mode: 'desktop' | 'web'): Promise<RequestOutput<'app.info'>>;
  devices(): Promise<RequestOutput<'app.devices'>>;
}

const licencesSchema = z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() }));

export function createAbout(options: {
  readonly version: string;
  readonly resourcesFolder: string;
  readonly engine: Pick<EngineClient, 'request'>;
}): About {
  const { version, resourcesFolder, engine } = options;
  return {
    version,
    async info(mode) {
      const text = await readFile(join(resourcesFolder, 'licences.json'), 'utf8');
      return { version, mode, platform: process.platform, licences: licencesSchema.parse(JSON.parse(text)) };
    },
    async devices() {
      const { devices } = await engine.request('devices', {}).result;
      return {
        devices: devices.map((device) => ({ ...device })),
        cores: availableParallelism(),
        memoryMB: Math.round(totalmem() / 2 ** 20),
      };
    },
  };
}
