import { placeOf } from '../../services/background/background';
import { confounderTasks } from '../../services/confounders/confounder-tasks';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const confoundersHandlers = ({ background, projects, confounders }: Services) =>
  ({
    'confounders.scan': ({ project }) => confounders.start(projects.get(project)),
    'confounders.get': ({ project }) => confounders.get(projects.get(project)),
    'confounders.table': ({ project, tag }) =>
      background(confounderTasks.table, { project: placeOf(projects.get(project)), tag }),
    'confounders.images': async ({ project, tag, value, label }) => ({
      ids: await background(confounderTasks.cell, { project: placeOf(projects.get(project)), tag, value, label }),
    }),
  }) satisfies DomainHandlers<'confounders'>;
