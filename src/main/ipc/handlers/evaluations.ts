import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const evaluationsHandlers = ({ projects, evaluations, operatingPoints, reports }: Services) =>
  ({
    'evaluations.evaluate': ({ project, run, split, testTimeViews, by }) =>
      evaluations.start(projects.get(project), run, split, { testTimeViews, by }),
    'evaluations.openings': async ({ project }) => ({
      openings: await evaluations.testOpenings(projects.get(project)),
    }),
    'evaluations.get': ({ project, run, split }) => evaluations.get(projects.get(project), run, split),
    'evaluations.cases': async ({ project, run, split, ...filter }) => ({
      cases: await evaluations.cases(projects.get(project), run, split, filter),
    }),
    'evaluations.curves': ({ project, run, split, task }) =>
      evaluations.curves(projects.get(project), run, split, task),
    'evaluations.threshold': ({ project, run, split, ...at }) =>
      operatingPoints.metrics(projects.get(project), run, split, at),
    'evaluations.chooseThreshold': ({ project, run, task, rule }) =>
      operatingPoints.choose(projects.get(project), run, task, rule),
    'evaluations.seal': ({ project, run, ...choice }) => operatingPoints.seal(projects.get(project), run, choice),
    'evaluations.operatingPoint': ({ project, run }) => operatingPoints.get(projects.get(project), run),
    'evaluations.report': ({ project, run, split }) => reports.start(projects.get(project), run, split),
  }) satisfies DomainHandlers<'evaluations'>;
