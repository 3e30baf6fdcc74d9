import type { ReviewFinding } from '#shared/models/review';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import {
  disagreeingReadings,
  presentReadings,
  readingsEvidence,
  type StoredReading,
  unanimousClass,
} from '../../store/readings';
import { reviewsOf } from '../../store/reviews';
import type { OpenProject } from '../project/projects';

/** The current readings of one image; at least one. */
export interface ImageReadings {
  readonly image: number;
  readonly readings: readonly StoredReading[];
}

/** Current readings by image, in order of image ids. */
export function imageReadings(store: ProjectStore): ImageReadings[] {
  return byImage(presentReadings(store));
}

function byImage(present: readonly StoredReading[]): ImageReadings[] {
  const groups: { image: number; readings: StoredReading[] }[] = [];
  for (const reading of present) {
    const last = groups.at(-1);
    if (last?.image === reading.image) last.readings.push(reading);
    else groups.push({ image: reading.image, readings: [reading] });
  }
  return groups;
}

export const disagrees = ({ readings }: ImageReadings): boolean =>
  readings.length > 1 && unanimousClass(readings) === null;

/** Images with disagreeing readings that have not been adjudicated since the last reading changed. */
export function openDisagreements(store: ProjectStore): ImageReadings[] {
  const disagreeing = byImage(disagreeingReadings(store));
  if (disagreeing.length === 0) return [];
  const reviews = reviewsOf(store, 'readers-disagree');
  return disagreeing.filter(({ image, readings }) => {
    const review = reviews.get(image);
    return review?.verdict !== 'accepted' || review.evidence !== readingsEvidence(readings);
  });
}

/** The class named by more than half of the readings; null if there is none. */
export function majorityClass({ readings }: ImageReadings): number | null {
  const counts = countClasses(readings);
  for (const [classId, n] of counts) if (2 * n > readings.length) return classId;
  return null;
}

function countClasses(readings: readonly StoredReading[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { classId } of readings) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  return counts;
}

/**
 * Review findings for all images with disagreeing readings, including adjudicated ones, because a verdict holds as long
 * as its evidence does. `weight`: share of reading pairs that differ. Writes nothing.
 */
export function readersDisagree({ store }: Pick<OpenProject, 'store'>): ReviewFinding[] {
  const names = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  return byImage(disagreeingReadings(store)).map((group) => {
    const { image, readings } = group;
    const counts = [...countClasses(readings)].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const n = readings.length;
    const same = counts.reduce((sum, [, count]) => sum + count * (count - 1), 0);
    const majority = majorityClass(group);
    const opinions = counts.map(([id, count]) => `${count} ${count === 1 ? 'says' : 'say'} ${names.get(id) ?? ''}`);
    return {
      image,
      reason: 'readers-disagree',
      why: `${n} readers disagree: ${opinions.join(', ')}.`,
      weight: (n * (n - 1) - same) / (n * (n - 1)),
      evidence: readingsEvidence(readings),
      suggestion: majority === null ? null : (names.get(majority) ?? null),
      beside: [],
    };
  });
}
