import { groupBy } from '#shared/group-by';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { type ReviewFinding, type ReviewReason, reviewReasons } from '#shared/models/review';
import { type PackedList, packList, unpackItem, unpackList } from '../background/packed-list';
import { readersDisagree } from '../labels/reading-groups';
import { findPatientDoubts } from '../patients/patient-doubts';
import type { OpenProject } from '../project/projects';
import { mislabelFindings, type Suspect } from './mislabel-findings';
import { findLabelConflicts } from './review-label-conflicts';
import { findPossibleDuplicates, findRepeatedInstances } from './review-twins';

/** What was found before this search and still holds. */
export interface FoundBefore {
  /** By the measures of pictures. */
  readonly pictures: PackedList<ReviewFinding>;
  /** By the answers of a model. */
  readonly suspects: PackedList<Suspect>;
}

/** What finds the images with these reasons, among those that are in the dataset. */
interface Finder {
  readonly reasons: readonly ReviewReason[];
  readonly find: (project: OpenProject, before: FoundBefore) => readonly ReviewFinding[];
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

/** Reasons that could not be looked for; what was found for others stands. */
export interface FindFailure {
  readonly reasons: readonly ReviewReason[];
  /** For people. */
  readonly problem: string;
  /** For the log. */
  readonly error: unknown;
}

/** All findings, as one thread hands them to another: there may be as many as there are images. */
export interface PackedFindings {
  /** By reason, then the surest first. */
  readonly findings: PackedList<ReviewFinding>;
  /** The image of each. */
  readonly images: Uint32Array;
  /** The place of the first finding of each reason; then how many there are. */
  readonly starts: readonly number[];
  /** Places of findings, by reason and then by image. */
  readonly byImage: Uint32Array;
  readonly failures: readonly FindFailure[];
}

/** Looks for everything; for a thread. */
export function findAll(project: OpenProject, before: FoundBefore): PackedFindings {
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
    // What is equally sure stays in its finder's order: twins one after the other.
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
  // An error of ours loses its class on its way to another thread, and what it says with it.
  error: error instanceof FoveaError ? `${error.code}: ${error.message}` : error,
});

/** A finding that is made when it is looked at. */
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

  /** In their order; of all reasons where none is given. */
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
