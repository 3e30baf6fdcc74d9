import type { FeatureOutlier } from '#shared/duplicates/feature-neighbours';
import type { ReviewFinding } from '#shared/models/review';
import { findBurnedInText } from '#shared/review/find-burned-in-text';
import { findOddPictures } from '#shared/review/find-odd-pictures';
import { findOtherModality } from '#shared/review/find-other-modality';
import { pictureMeasures } from '../../store/measures';
import type { ProjectStore } from '../../store/open';

/** Findings from the measures of pictures, and the outliers by features. */
export function findPictures(store: ProjectStore, outliers: readonly FeatureOutlier[]): ReviewFinding[] {
  const images = pictureMeasures(store);
  const finders = [findBurnedInText, findOtherModality, () => findOddPictures(images, outliers)];
  return finders.flatMap((find) => find(images));
}
