import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const predictionsHandlers = ({ projects, predictions, grants }: Services) =>
  ({
    'predictions.predict': ({ project, run, grants: ids, attention, testTimeViews, overlays }) => {
      const paths = ids.map((id) => grants.path(id));
      const overlayFolder = overlays === undefined ? {} : { overlayFolder: grants.path(overlays) };
      return predictions.start(projects.get(project), run, paths, { attention, testTimeViews, ...overlayFolder });
    },
    'predictions.list': ({ job }) => ({ predictions: predictions.list(job) }),
    'predictions.clear': ({ job }) => {
      predictions.clear(job);
      return {};
    },
  }) satisfies DomainHandlers<'predictions'>;
