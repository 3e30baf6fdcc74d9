import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const jobsHandlers = ({ jobs }: Services) =>
  ({
    'jobs.list': () => ({ jobs: [...jobs.list()] }),
    'jobs.result': ({ job }) => jobs.result(job),
    'jobs.cancel': ({ job }) => {
      jobs.cancel(job);
      return {};
    },
  }) satisfies DomainHandlers<'jobs'>;
