import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const evaluationsHandlers = ({ projects, evaluations, reports }: Services) =>
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
    'evaluations.report': ({ project, run, split }) => reports.start(projects.get(project), run, split),
  }) satisfies DomainHandlers<'evaluations'>;
