import type { ExportResult } from '../../services/exports';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const exportsHandlers = ({ projects, exports, grants, jobs }: Services) =>
  ({
    'exports.start': ({ project, run, format, parent }) => ({
      job: exports.start(projects.get(project), run, format, { parent: grants.path(parent) }).id,
    }),
    'exports.result': async ({ job }) => {
      const { folder, files, parity, comparison } = await jobs.result<ExportResult>(job);
      return { folder, files: [...files], parity, comparison };
    },
  }) satisfies DomainHandlers<'exports'>;
