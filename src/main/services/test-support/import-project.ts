import { type ImportPlan, type ImportResult, importOptionsSchema } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { createDataset, type Dataset } from '../dataset/dataset';
import { createImports, type Imports } from '../imports/imports';
import { createSplits, type Splits } from '../splits/splits';
import { inThisThread } from './in-this-thread';
import { openTestProject, type TestProject } from './project';
import { quietJob } from './quiet-job';

/** An empty project in its own folder; files are decoded in this process. */
export interface ImportProject extends TestProject {
  readonly dataset: Dataset;
  readonly imports: Imports;
  readonly splits: Splits;
  readonly pool: DecodePool;
  importAll(
    paths: readonly string[],
    options?: object,
    table?: string | null,
  ): Promise<{ readonly plan: ImportPlan; readonly result: ImportResult }>;
}

export async function openImportProject(folderName?: string): Promise<ImportProject> {
  const opened = await openTestProject(folderName);
  const { events, projects, project } = opened;
  const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };
  const splits = createSplits();
  const imports = createImports({ events, pool, splits, background: inThisThread(({ id }) => projects.get(id)) });
  return {
    ...opened,
    dataset: createDataset({ splits, pool }),
    imports,
    splits,
    pool,
    async importAll(paths, options = {}, table = null) {
      const plan = await imports.scan(project, paths);
      const handle = quietJob();
      return { plan, result: await imports.run(project, plan.id, importOptionsSchema.parse(options), table, handle) };
    },
  };
}
