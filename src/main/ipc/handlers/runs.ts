import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const runsHandlers = ({ projects, runs, runCards, splitting, comparisons, batchChecks }: Services) =>
  ({
    'runs.cards': ({ project }) => runCards.propose(projects.get(project)),
    'runs.checkBatch': ({ project, config }) => batchChecks.check(projects.get(project), config),
    'runs.preview': ({ project, config, splitFirst }) => runs.preview(projects.get(project), config, { splitFirst }),
    'runs.list': async ({ project }) => ({ runs: await runs.list(projects.get(project)) }),
    'runs.start': async ({ project: id, config, name, splitFirst }) => {
      const project = projects.get(id);
      if (splitFirst) await splitting.splitIfMissing(project);
      return runs.start(project, config, name);
    },
    'runs.continue': ({ project, run, epochs, name }) => runs.continue(projects.get(project), run, epochs, name),
    'runs.get': ({ project, run }) => runs.get(projects.get(project), run),
    'runs.progress': ({ project, run }) => runs.progress(projects.get(project), run),
    'runs.log': ({ project, run, after, limit }) => runs.log(projects.get(project), run, after, limit),
    'runs.diagnosis': ({ project, run }) => runs.diagnosis(projects.get(project), run),
    'runs.pause': async ({ project, run }) => {
      await runs.pause(projects.get(project), run);
      return {};
    },
    'runs.resume': ({ project, run }) => runs.resume(projects.get(project), run),
    'runs.resumeAll': async ({ project }) => ({ runs: await runs.resumeAll(projects.get(project)) }),
    'runs.move': async ({ project, run, to }) => {
      await runs.move(projects.get(project), run, to);
      return {};
    },
    'runs.stop': async ({ project, run }) => {
      await runs.stop(projects.get(project), run);
      return {};
    },
    'runs.remove': async ({ project, run }) => {
      await runs.remove(projects.get(project), run);
      return {};
    },
    'runs.compare': ({ project, runs: ids, metric }) => comparisons.compare(projects.get(project), ids, metric),
  }) satisfies DomainHandlers<'runs'>;
