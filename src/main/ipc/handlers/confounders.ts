import { placeOf } from '../../services/background/background';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const confoundersHandlers = ({ background, projects, confounders }: Services) =>
  ({
    'confounders.scan': ({ project }) => confounders.start(projects.get(project)),
    'confounders.get': ({ project }) => confounders.get(projects.get(project)),
    'confounders.table': ({ project, tag }) =>
      background('confounderTable', { project: placeOf(projects.get(project)), tag }),
    'confounders.images': async ({ project, tag, value, label }) => ({
      ids: await background('confounderCell', { project: placeOf(projects.get(project)), tag, value, label }),
    }),
  }) satisfies DomainHandlers<'confounders'>;
