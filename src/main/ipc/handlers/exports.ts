import type { DeidentifiedResult } from '#shared/models/deidentified-export';
import type { ExportResult } from '../../services/exports/exports';
import { exportsFolder } from '../../services/project/project-paths';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const exportsHandlers = ({ projects, exports, deidentifiedExports, grants, jobs }: Services) =>
  ({
    'exports.start': ({ project, run, format, parent }) => ({
      job: exports.start(projects.get(project), run, format, { parent: grants.path(parent) }).id,
    }),
    'exports.result': async ({ job }) => {
      const { folder, files, parity, comparison } = await jobs.result<ExportResult>(job);
      return { folder, files: [...files], parity, comparison };
    },
    'exports.planDeidentified': ({ project, options }) => deidentifiedExports.plan(projects.get(project), options),
    'exports.deidentify': ({ project: id, options, parent }) => {
      const project = projects.get(id);
      const folder = parent === null ? exportsFolder(project.folder) : grants.path(parent);
      return { job: deidentifiedExports.start(project, options, { parent: folder }).id };
    },
    'exports.deidentifyResult': ({ job }) => jobs.result<DeidentifiedResult>(job),
  }) satisfies DomainHandlers<'exports'>;
