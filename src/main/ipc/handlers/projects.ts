import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const projectsHandlers = ({ projects, grants, samples }: Services) =>
  ({
    'projects.list': async () => ({ recent: await projects.list() }),
    'projects.create': async (input) => {
      const { id } =
        'parent' in input
          ? await projects.createIn(grants.path(input.parent), input.name)
          : await projects.create(grants.path(input.folder), input.name);
      return projects.summary(id);
    },
    'projects.open': async ({ grant }) => {
      const { id } = await projects.open(grants.path(grant));
      return projects.summary(id);
    },
    'projects.reopen': async ({ project }) => {
      const { id } = await projects.reopen(project);
      return projects.summary(id);
    },
    'projects.forget': async ({ project }) => {
      await projects.forget(project);
      return {};
    },
    'projects.sample': ({ folder }) => samples.start(folder === undefined ? undefined : grants.path(folder)),
  }) satisfies DomainHandlers<'projects'>;
