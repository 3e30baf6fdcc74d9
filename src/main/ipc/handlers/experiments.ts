import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const experimentsHandlers = ({ projects, experiments }: Services) =>
  ({
    'experiments.list': async ({ project }) => ({ experiments: await experiments.list(projects.get(project)) }),
    'experiments.get': ({ project, experiment }) => experiments.get(projects.get(project), experiment),
    'experiments.sweep': ({ project, ...request }) => experiments.sweep(projects.get(project), request),
    'experiments.planFolds': ({ project, folds, seed }) => experiments.planFolds(projects.get(project), folds, seed),
    'experiments.crossValidate': ({ project, ...request }) => experiments.crossValidate(projects.get(project), request),
    'experiments.planLeak': ({ project, ...shares }) => experiments.planLeak(projects.get(project), shares),
    'experiments.leak': ({ project, ...request }) => experiments.measureLeak(projects.get(project), request),
    'experiments.cases': async ({ project, experiment, ...filter }) => ({
      cases: await experiments.cases(projects.get(project), experiment, filter),
    }),
    'experiments.curves': ({ project, experiment, task }) =>
      experiments.curves(projects.get(project), experiment, task),
    'experiments.threshold': ({ project, experiment, ...choice }) =>
      experiments.threshold(projects.get(project), experiment, choice),
    'experiments.pause': async ({ project, experiment }) => {
      await experiments.pause(projects.get(project), experiment);
      return {};
    },
    'experiments.resume': async ({ project, experiment }) => {
      await experiments.resume(projects.get(project), experiment);
      return {};
    },
    'experiments.remove': async ({ project, experiment }) => {
      await experiments.remove(projects.get(project), experiment);
      return {};
    },
  }) satisfies DomainHandlers<'experiments'>;
