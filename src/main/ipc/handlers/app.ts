import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const appHandlers = ({ about }: Services, mode: 'desktop' | 'web') =>
  ({
    'app.info': () => about.info(mode),
    'app.devices': () => about.devices(),
  }) satisfies DomainHandlers<'app'>;
