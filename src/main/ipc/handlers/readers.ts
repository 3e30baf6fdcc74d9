import { placeOf } from '../../services/background/background';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const readersHandlers = ({ background, projects }: Services) => {
  const place = (project: string) => placeOf(projects.get(project));
  return {
    'readers.summary': ({ project, weights }) => background('readersSummary', { project: place(project), weights }),
    'readers.table': ({ project, first, second }) =>
      background('readersTable', { project: place(project), first, second }),
    'readers.cell': async ({ project, first, second, firstLabel, secondLabel }) => ({
      ids: await background('readersCell', {
        project: place(project),
        first,
        second,
        labels: [firstLabel, secondLabel],
      }),
    }),
    'readers.disagreements': async ({ project }) => ({
      images: await background('readersDisagreements', { project: place(project) }),
    }),
    'readers.adjudicate': ({ project, images, label }) =>
      background('adjudicate', { project: place(project), images, label }),
    'readers.takeMajority': ({ project }) => background('takeMajority', { project: place(project) }),
  } satisfies DomainHandlers<'readers'>;
};
