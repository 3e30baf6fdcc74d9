import { placeOf } from '../../services/background';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const readersHandlers = ({ background, projects, readers }: Services) =>
  ({
    'readers.summary': ({ project, weights }) =>
      background('readersSummary', { project: placeOf(projects.get(project)), weights }),
    'readers.table': ({ project, first, second }) =>
      background('readersTable', { project: placeOf(projects.get(project)), first, second }),
    'readers.cell': ({ project, first, second, firstLabel, secondLabel }) => ({
      ids: readers.cell(projects.get(project), { first, second }, [firstLabel, secondLabel]),
    }),
    'readers.disagreements': ({ project }) => ({ images: readers.disagreements(projects.get(project)) }),
    'readers.adjudicate': ({ project, images, label }) => readers.adjudicate(projects.get(project), images, label),
    'readers.takeMajority': ({ project }) => readers.takeMajority(projects.get(project)),
  }) satisfies DomainHandlers<'readers'>;
