import { groupBy } from '#shared/group-by';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { type ReviewFinding, type ReviewReason, reviewReasons } from '#shared/models/review';
import { type PackedList, packList, unpackItem, unpackList } from '../background/packed-list';
import { readersDisagree } from '../labels/reading-groups';
import { findPatientDoubts } from '../patients/patient-doubts';
import type { OpenProject } from '../project/projects';
import { mislabelFindings, type Suspect } from './mislabel-findings';
import { findPossibleDuplicates, findRepeatedInstances } from './review-duplicates';
import { findLabelConflicts } from './review-label-conflicts';

/** Findings made before this search, which takes them as they are. */
export interface EarlierFindings {
  /** From the measures of pictures. */
  readonly pictures: PackedList<ReviewFinding>;
  /** From the predictions of a model. */
  readonly suspects: PackedList<Suspect>;
}

/** Finds images of the dataset with these reasons for a review. */
interface Finder {
  readonly reasons: readonly ReviewReason[];
  readonly find: (project: OpenProject, before: EarlierFindings) => readonly ReviewFinding[];
}

const finders: readonly Finder[] = [
  { reasons: ['label-conflict'], find: ({ store }) => findLabelConflicts(store) },
  { reasons: ['who-is-who'], find: ({ store }) => findPatientDoubts(store) },
  { reasons: ['possible-duplicate'], find: ({ store }) => findPossibleDuplicates(store) },
  { reasons: ['repeated-instance'], find: ({ store }) => findRepeatedInstances(store) },
  { reasons: ['readers-disagree'], find: readersDisagree },
  { reasons: ['suspected-mislabel'], find: ({ store }, { suspects }) => mislabelFindings(store, unpackList(suspects)) },
  { reasons: ['burned-in-text', 'odd-picture', 'other-modality'], find: (_, { pictures }) => unpackList(pictures) },
];

/** Reasons whose search failed; the findings for other reasons are valid. */
export interface FindFailure {
  readonly reasons: readonly ReviewReason[];
  /** For people. */
  readonly problem: string;
  /** For the log. */
  readonly error: unknown;
}

/** All findings in a form that passes quickly between threads: there may be one for every image. */
export interface PackedFindings {
  /** By reason, then the most certain first. */
  readonly findings: PackedList<ReviewFinding>;
  /** The image of each finding. */
  readonly images: Uint32Array;
  /** Index of the first finding of each reason, followed by the number of findings. */
  readonly starts: readonly number[];
  /** Indices of findings, by reason and then by image. */
  readonly byImage: Uint32Array;
  readonly failures: readonly FindFailure[];
}

/** Runs all searches; called in a thread. */
export function findAll(project: OpenProject, before: EarlierFindings): PackedFindings {
  const failures: FindFailure[] = [];
  const found = finders.flatMap(({ reasons, find }) => {
    try {
      return find(project, before);
    } catch (error) {
      failures.push(findFailure(reasons, error));
      return [];
    }
  });
  return packFindings(found, failures);
}

export function packFindings(found: readonly ReviewFinding[], failures: readonly FindFailure[]): PackedFindings {
  const byReason = groupBy(found, ({ reason }) => reason);
  const findings: ReviewFinding[] = [];
  const starts: number[] = [];
  for (const reason of reviewReasons) {
    starts.push(findings.length);
    // A stable sort: equally certain findings keep their finder's order, with duplicates next to each other.
    const own = (byReason.get(reason) ?? []).toSorted((a, b) => b.weight - a.weight);
    for (const finding of own) findings.push(finding);
  }
  starts.push(findings.length);
  const images = Uint32Array.from(findings, ({ image }) => image);
  const byImage = Uint32Array.from(findings, (_, place) => place);
  for (const [index, start] of starts.entries()) {
    byImage.subarray(start, starts[index + 1]).sort((a, b) => (images[a] ?? 0) - (images[b] ?? 0));
  }
  return { findings: packList(findings), images, starts, byImage, failures };
}

export const findFailure = (reasons: readonly ReviewReason[], error: unknown): FindFailure => ({
  reasons,
  problem: toErrorInfo(error).message,
  // A FoveaError loses its class, and with it its text for people, between threads.
  error: error instanceof FoveaError ? `${error.code}: ${error.message}` : error,
});

/** A finding that is unpacked on demand. */
export interface FindingPlace {
  readonly image: number;
  readonly reason: ReviewReason;
  read(): ReviewFinding;
}

/** The findings of a project. */
export class Findings {
  readonly failures: readonly FindFailure[];
  readonly #packed: PackedFindings;

  constructor(packed: PackedFindings, failures: readonly FindFailure[] = []) {
    this.#packed = packed;
    this.failures = [...packed.failures, ...failures];
  }

  count(reason: ReviewReason): number {
    const [start, end] = this.#range(reason);
    return end - start;
  }

  has(reason: ReviewReason, image: number): boolean {
    return this.#placeOf(reason, image) !== null;
  }

  find(reason: ReviewReason, image: number): ReviewFinding | null {
    const place = this.#placeOf(reason, image);
    return place === null ? null : this.#read(place);
  }

  /** Findings in order; of all reasons by default. */
  *list(only?: ReviewReason): Generator<FindingPlace> {
    for (const reason of only === undefined ? reviewReasons : [only]) {
      const [start, end] = this.#range(reason);
      for (let place = start; place < end; place++) {
        yield { image: this.#packed.images[place] ?? 0, reason, read: () => this.#read(place) };
      }
    }
  }

  #range(reason: ReviewReason): readonly [number, number] {
    const { starts } = this.#packed;
    const index = reviewReasons.indexOf(reason);
    return [starts[index] ?? 0, starts[index + 1] ?? 0];
  }

  #placeOf(reason: ReviewReason, image: number): number | null {
    const { byImage, images } = this.#packed;
    let [low, high] = this.#range(reason);
    while (low < high) {
      const middle = (low + high) >> 1;
      const place = byImage[middle] ?? 0;
      const found = images[place] ?? 0;
      if (found === image) return place;
      if (found < image) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  #read(place: number): ReviewFinding {
    return unpackItem(this.#packed.findings, place) as ReviewFinding;
  }
}
