import { placeOf } from '../../services/background/background';
import { readerTasks } from '../../services/labels/reader-tasks';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const readersHandlers = ({ background, projects }: Services) => {
  const place = (project: string) => placeOf(projects.get(project));
  return {
    'readers.summary': ({ project, weights }) => background(readerTasks.summary, { project: place(project), weights }),
    'readers.table': ({ project, first, second }) =>
      background(readerTasks.table, { project: place(project), first, second }),
    'readers.cell': async ({ project, first, second, firstLabel, secondLabel }) => ({
      ids: await background(readerTasks.cell, {
        project: place(project),
        first,
        second,
        labels: [firstLabel, secondLabel],
      }),
    }),
    'readers.disagreements': async ({ project }) => ({
      images: await background(readerTasks.disagreements, { project: place(project) }),
    }),
    'readers.adjudicate': ({ project, images, label }) =>
      background(readerTasks.adjudicate, { project: place(project), images, label }),
    'readers.takeMajority': ({ project }) => background(readerTasks.takeMajority, { project: place(project) }),
  } satisfies DomainHandlers<'readers'>;
};
