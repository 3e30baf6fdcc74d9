import type { RequestParsed } from '#shared/ipc/contract';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const projectsHandlers = ({ projects, proposedProjects, grants, samples }: Services) => {
  const create = (input: RequestParsed<'projects.create'>) => {
    if ('parent' in input) return projects.createIn(grants.path(input.parent), input.name);
    if ('folder' in input) return projects.create(grants.path(input.folder), input.name);
    return proposedProjects.create(input.name);
  };
  return {
    'projects.list': async () => ({ recent: await projects.list() }),
    'projects.proposal': ({ name }) => proposedProjects.propose(name),
    'projects.create': async (input) => projects.summary((await create(input)).id),
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
  } satisfies DomainHandlers<'projects'>;
};
