import type { Grants } from '../../services/core/grants';
import type { ExportTarget } from '../../services/exports/export-target';
import { exportsFolder } from '../../services/project/project-paths';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const exportsHandlers = ({ projects, exports, deidentifiedExports, precisionCheck, grants }: Services) =>
  ({
    'exports.write': ({ project, run, format, target }) =>
      exports.start(projects.get(project), run, format, granted(grants, target)),
    'exports.comparePrecisions': ({ project, run }) => precisionCheck.start(projects.get(project), run),
    'exports.planDeidentified': ({ project, options }) => deidentifiedExports.plan(projects.get(project), options),
    'exports.deidentify': ({ project: id, options, target }) => {
      const project = projects.get(id);
      const place = target === null ? { parent: exportsFolder(project.folder) } : granted(grants, target);
      return deidentifiedExports.start(project, options, place);
    },
  }) satisfies DomainHandlers<'exports'>;

const granted = (grants: Grants, target: ExportTarget): ExportTarget =>
  'parent' in target ? { parent: grants.path(target.parent) } : { folder: grants.path(target.folder) };
