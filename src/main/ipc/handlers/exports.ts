import { exportsFolder } from '../../services/project/project-paths';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const exportsHandlers = ({ projects, exports, deidentifiedExports, precisionCheck, grants }: Services) =>
  ({
    'exports.write': ({ project, run, format, parent }) =>
      exports.start(projects.get(project), run, format, { parent: grants.path(parent) }),
    'exports.comparePrecisions': ({ project, run }) => precisionCheck.start(projects.get(project), run),
    'exports.planDeidentified': ({ project, options }) => deidentifiedExports.plan(projects.get(project), options),
    'exports.deidentify': ({ project: id, options, parent }) => {
      const project = projects.get(id);
      const folder = parent === null ? exportsFolder(project.folder) : grants.path(parent);
      return deidentifiedExports.start(project, options, { parent: folder });
    },
  }) satisfies DomainHandlers<'exports'>;
