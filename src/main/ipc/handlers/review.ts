import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const reviewHandlers = ({ projects, review }: Services) =>
  ({
    'review.list': ({ project, ...query }) => review.list(projects.get(project), query),
    'review.judge': ({ project, findings, decision }) => review.judge(projects.get(project), findings, decision),
  }) satisfies DomainHandlers<'review'>;
