import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const distillationsHandlers = ({ projects, distillations }: Services) =>
  ({
    'distillations.start': ({ project, ...request }) => distillations.start(projects.get(project), request),
  }) satisfies DomainHandlers<'distillations'>;
