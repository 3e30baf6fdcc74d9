import type { RateFinding } from '../../engine-host/core/protocol';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const ratesHandlers = ({ projects, learningRates, jobs }: Services) =>
  ({
    'rates.start': ({ project, config }) => ({ job: learningRates.find(projects.get(project), config).id }),
    'rates.result': async ({ job }) => {
      const { stage, points, suggestion } = await jobs.result<RateFinding>(job);
      return { stage, points: [...points], suggestion };
    },
  }) satisfies DomainHandlers<'rates'>;
