import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const experimentsHandlers = ({ projects, experiments, duplicates }: Services) =>
  ({
    'experiments.list': async ({ project }) => ({ experiments: await experiments.list(projects.get(project)) }),
    'experiments.get': ({ project, experiment }) => experiments.get(projects.get(project), experiment),
    'experiments.sweep': async ({ project: id, ...request }) => {
      const project = projects.get(id);
      // A project of an older version has not been looked through yet.
      await duplicates.search(project);
      return experiments.sweep(project, request);
    },
    'experiments.planFolds': async ({ project: id, folds, seed }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      return experiments.planFolds(project, folds, seed);
    },
    'experiments.crossValidate': async ({ project: id, ...request }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      return experiments.crossValidate(project, request);
    },
    'experiments.planLeak': async ({ project: id, ...shares }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      return experiments.planLeak(project, shares);
    },
    'experiments.leak': async ({ project: id, ...request }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      return experiments.measureLeak(project, request);
    },
    'experiments.cases': async ({ project, experiment, ...filter }) => ({
      cases: await experiments.cases(projects.get(project), experiment, filter),
    }),
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
