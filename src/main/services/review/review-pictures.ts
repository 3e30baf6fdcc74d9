import type { ReviewFinding } from '#shared/models/review';
import type { ProjectStore } from '../../store/open';
import { type Background, placeOf } from '../background/background';
import type { PackedList } from '../background/packed-list';
import { featureOutliers } from '../duplicates/feature-search';
import type { OpenProject } from '../project/projects';
import { reviewTasks } from './review-tasks';

/**
 * Finds images by the measures of all pictures. Labels play no part, so the findings hold while the same images are in
 * the dataset: labelling an image does not make 100,000 of them be compared again.
 */
export function createPictureFinder(
  background: Background,
): (project: OpenProject) => Promise<PackedList<ReviewFinding>> {
  const known = new WeakMap<OpenProject, { readonly state: string; readonly findings: PackedList<ReviewFinding> }>();
  return async (project) => {
    const { store } = project;
    const outliers = featureOutliers(store);
    const state = `${picturesState(store)} ${JSON.stringify(outliers)}`;
    const before = known.get(project);
    if (before?.state === state) return before.findings;
    const findings = await background(reviewTasks.findPictures, { project: placeOf(project), outliers });
    known.set(project, { state, findings });
    return findings;
  };
}

/** Changes when images are added, removed or measured. */
function picturesState(store: ProjectStore): string {
  // Counts all images and the few removed ones, because both are read from indexes.
  return store.json<string>(
    `SELECT json_quote(
       (SELECT count(*) || ' ' || max(id) FROM images) || ' ' ||
       (SELECT count(*) || ' ' || total(id) FROM images WHERE removed_at IS NOT NULL) || ' ' ||
       (SELECT count(*) FROM pictures WHERE measures IS NOT NULL))`,
  );
}
