import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const ratesHandlers = ({ projects, learningRates }: Services) =>
  ({
    'rates.find': ({ project, config }) => learningRates.find(projects.get(project), config),
  }) satisfies DomainHandlers<'rates'>;
