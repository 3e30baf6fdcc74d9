import type { Services } from '../../services/services';
import type { Handlers } from '../handle';
import { appHandlers } from './app';
import { backbonesHandlers } from './backbones';
import { confoundersHandlers } from './confounders';
import { datasetHandlers } from './dataset';
import { distillationsHandlers } from './distillations';
import { evaluationsHandlers } from './evaluations';
import { experimentsHandlers } from './experiments';
import { exportsHandlers } from './exports';
import { jobsHandlers } from './jobs';
import type { PlatformHandlers } from './platform';
import { predictionsHandlers } from './predictions';
import { projectsHandlers } from './projects';
import { ratesHandlers } from './rates';
import { readersHandlers } from './readers';
import { reviewHandlers } from './review';
import { runsHandlers } from './runs';
import { settingsHandlers } from './settings';

/** Handlers for every request of the contract; the return type proves that the list is complete. */
export function createHandlers(services: Services, mode: 'desktop' | 'web', platform: PlatformHandlers): Handlers {
  return {
    ...appHandlers(services, mode),
    ...settingsHandlers(services),
    ...platform,
    ...projectsHandlers(services),
    ...jobsHandlers(services),
    ...datasetHandlers(services),
    ...confoundersHandlers(services),
    ...readersHandlers(services),
    ...reviewHandlers(services),
    ...backbonesHandlers(services),
    ...ratesHandlers(services),
    ...distillationsHandlers(services),
    ...runsHandlers(services),
    ...evaluationsHandlers(services),
    ...experimentsHandlers(services),
    ...predictionsHandlers(services),
    ...exportsHandlers(services),
  };
}
