import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImportPlan, type ImportResult, importOptionsSchema } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { createEvents } from '../core/events';
import { createDataset, type Dataset } from '../dataset/dataset';
import { createImports } from '../imports/imports';
import { createProjects, type OpenProject } from '../project/projects';
import { createSplits } from '../splits/splits';
import { inThisThread } from './in-this-thread';
import { quietJob } from './quiet-job';

/** An empty project in its own folder; files are decoded in this process. */
export interface ImportProject {
  /** Folder of the project and of a test's files; deleted by `close`. */
  readonly root: string;
  readonly project: OpenProject;
  readonly dataset: Dataset;
  readonly pool: DecodePool;
  importAll(
    paths: readonly string[],
    options?: object,
  ): Promise<{ readonly plan: ImportPlan; readonly result: ImportResult }>;
  close(): void;
}

export async function openImportProject(): Promise<ImportProject> {
  const root = mkdtempSync(join(tmpdir(), 'fovea-import-'));
  const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };
  const events = createEvents();
  const projects = createProjects({ userDataFolder: join(root, 'user'), events });
  const project = await projects.create(join(root, 'project'));
  const splits = createSplits();
  const imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  return {
    root,
    project,
    dataset: createDataset({ splits, pool }),
    pool,
    async importAll(paths, options = {}) {
      const plan = await imports.scan(project, paths);
      const handle = quietJob();
      return { plan, result: await imports.run(project, plan.id, importOptionsSchema.parse(options), null, handle) };
    },
    close() {
      projects.closeAll();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
