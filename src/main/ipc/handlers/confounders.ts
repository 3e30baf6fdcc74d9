import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const confoundersHandlers = ({ projects, confounders }: Services) =>
  ({
    'confounders.scan': ({ project }) => confounders.start(projects.get(project)),
    'confounders.get': ({ project }) => confounders.get(projects.get(project)),
    'confounders.table': ({ project, tag }) => confounders.table(projects.get(project), tag),
    'confounders.images': ({ project, tag, value, label }) => ({
      ids: confounders.images(projects.get(project), tag, value, label),
    }),
  }) satisfies DomainHandlers<'confounders'>;
