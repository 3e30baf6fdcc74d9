import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const reviewHandlers = ({ projects, duplicates, review }: Services) =>
  ({
    'review.list': async ({ project: id, ...query }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      duplicates.searchFeaturesLater(project);
      return review.list(project, query);
    },
    'review.judge': ({ project, findings, decision }) => review.judge(projects.get(project), findings, decision),
  }) satisfies DomainHandlers<'review'>;
