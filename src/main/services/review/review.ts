import {
  type ReviewCounts,
  type ReviewDecision,
  type ReviewFinding,
  type ReviewItem,
  type ReviewList,
  type ReviewReason,
  reviewReasons,
} from '#shared/models/review';
import { Slice } from '../../ingest/slice';
import { imagesById } from '../../store/images';
import type { ProjectStore } from '../../store/open';
import { allReviews, type StoredReview } from '../../store/reviews';
import { type Background, MAX_INLINE_IMAGES, placeOf } from '../background/background';
import { packList } from '../background/packed-list';
import type { Events } from '../core/events';
import type { Duplicates } from '../duplicates/duplicates';
import type { OpenProject } from '../project/projects';
import type { Experiments } from '../results/experiments';
import type { Runs } from '../runs/runs';
import { decide } from './review-decision';
import { type FindFailure, Findings, findFailure } from './review-findings';
import { createMislabels, type Suspicion } from './review-mislabels';
import { createPictureFinder } from './review-pictures';
import { reviewTasks } from './review-tasks';

export interface ReviewQuery {
  readonly reason?: ReviewReason | undefined;
  /** Whether to include accepted findings. */
  readonly includeSettled?: boolean | undefined;
  /** Maximum number of findings; all by default. */
  readonly limit?: number | undefined;
}

/** Images to review, each with the reason, and people's decisions about them. */
export interface Review {
  list(project: OpenProject, query?: ReviewQuery): Promise<ReviewList>;
  counts(project: OpenProject): Promise<ReviewCounts>;
  /**
   * Records a decision on findings, which can be undone, and returns how many it applied to. Relabelled and excluded
   * images count as resolved. Throws `label_empty`.
   */
  judge(
    project: OpenProject,
    findings: readonly { readonly image: number; readonly reason: ReviewReason }[],
    decision: ReviewDecision,
  ): Promise<{ readonly changed: number }>;
}

export function createReview(options: {
  readonly events: Events;
  readonly duplicates: Pick<Duplicates, 'search' | 'searchFeaturesLater'>;
  readonly experiments: Pick<Experiments, 'list' | 'pooled' | 'cases'>;
  readonly runs: Pick<Runs, 'list'>;
  readonly onFailure: (what: string, error: unknown) => void;
  readonly background: Background;
}): Review {
  const { events, duplicates, onFailure, background } = options;
  const mislabels = createMislabels(options);
  const findPictures = createPictureFinder(background);

  const findAll = async (project: OpenProject): Promise<Found> => {
    const failures: FindFailure[] = [];
    const withFallback = async <Value>(value: Promise<Value>, reasons: readonly ReviewReason[], fallback: Value) =>
      value.catch((error: unknown) => {
        failures.push(findFailure(reasons, error));
        return fallback;
      });
    const pictures = await withFallback(findPictures(project), pictureReasons, packList<ReviewFinding>([]));
    const suspicion = await withFallback<Suspicion | null>(mislabels.suspicion(project), ['suspected-mislabel'], null);
    const suspects = suspicion?.suspects ?? packList([]);
    const packed = await background(reviewTasks.findAll, { project: placeOf(project), before: { pictures, suspects } });
    return { findings: new Findings(packed, failures), mislabelSource: suspicion?.source ?? null };
  };

  // Findings are searched again after any change in the project: by this process (total_changes), by another one
  // (data_version), or of evaluations, which are files.
  const changes = new Map<string, number>();
  events.on('changed', ({ project, topics }) => {
    const isOnDisk = topics.some((topic) => topic === 'runs' || topic === 'evaluations');
    if (project !== null && isOnDisk) changes.set(project, (changes.get(project) ?? 0) + 1);
  });
  const stateOf = ({ id, store }: OpenProject): string => {
    const own = store.column<number>('SELECT total_changes()')[0];
    const others = store.column<number>('PRAGMA data_version')[0];
    return `${own} ${others} ${changes.get(id) ?? 0}`;
  };
  const known = new WeakMap<OpenProject, { readonly state: string; readonly found: Promise<Found> }>();
  const searches = new WeakMap<OpenProject, Promise<unknown>>();
  const currentFindings = (project: OpenProject): Promise<Found> => {
    const state = stateOf(project);
    const before = known.get(project);
    if (before?.state === state) return before.found;
    const found = search(project, () => known.get(project)?.found === found);
    known.set(project, { state, found });
    // A failed search is repeated by the next call.
    found.catch(() => {
      if (known.get(project)?.found === found) known.delete(project);
    });
    return found;
  };
  /** One search at a time: labelling by key starts searches faster than they end, and only the last one counts. */
  const search = async (project: OpenProject, isLatest: () => boolean): Promise<Found> => {
    await searches.get(project)?.catch(() => {});
    const latest = known.get(project)?.found;
    if (latest !== undefined && !isLatest()) return latest;
    const found = findAll(project);
    searches.set(project, found);
    const { failures } = (await found).findings;
    for (const { reasons, error } of failures) onFailure(`review: ${reasons.join(', ')}`, error);
    return found;
  };

  return {
    async list(project, { reason, includeSettled = false, limit = Number.POSITIVE_INFINITY } = {}) {
      await duplicates.search(project);
      duplicates.searchFeaturesLater(project);
      const { findings, mislabelSource } = await currentFindings(project);
      const reviews = allReviews(project.store);
      const slice = new Slice();
      const queue = queueOf(findings, reviews, { reason, includeSettled, limit });
      if (slice.isOver) await slice.next();
      const items = withImages(project.store, queue);
      if (slice.isOver) await slice.next();
      return {
        findings: items,
        counts: countFindings(findings, reviews),
        mislabelSource,
        problems: findings.failures.flatMap(({ reasons, problem }) =>
          reasons.map((one) => `The search for ${searchNames[one].toLowerCase()} failed: ${problem}`),
        ),
      };
    },

    counts: async (project) => countFindings((await currentFindings(project)).findings, allReviews(project.store)),

    async judge(project, given, decision) {
      const { findings } = await currentFindings(project);
      const distinct = new Map(given.map((one) => [`${one.image} ${one.reason}`, one]));
      const chosen = [...distinct.values()].flatMap(({ image, reason }) => findings.find(reason, image) ?? []);
      const fresh = known.get(project);
      const isFresh = fresh?.state === stateOf(project);
      const changed =
        chosen.length > MAX_INLINE_IMAGES
          ? await background(reviewTasks.decide, { project: placeOf(project), findings: packList(chosen), decision })
          : decide(project, chosen, decision);
      // A verdict alone does not change the findings.
      const verdictOnly = decision.kind === 'accept' || decision.kind === 'defer' || decision.kind === 'reopen';
      if (isFresh && verdictOnly) known.set(project, { state: stateOf(project), found: fresh.found });
      return { changed };
    },
  };
}

/** Result of a search. */
interface Found {
  readonly findings: Findings;
  readonly mislabelSource: ReviewList['mislabelSource'];
}

const pictureReasons: readonly ReviewReason[] = ['burned-in-text', 'odd-picture', 'other-modality'];

const searchNames: Record<ReviewReason, string> = {
  'label-conflict': 'Duplicates with different labels',
  'who-is-who': 'Patient mismatches',
  'possible-duplicate': 'Possible duplicates',
  'repeated-instance': 'Repeated SOP Instance UIDs',
  'readers-disagree': 'Reader disagreements',
  'suspected-mislabel': 'Suspected mislabels',
  'burned-in-text': 'Burned-in text',
  'odd-picture': 'Unusual images',
  'other-modality': 'Images of a different modality',
};

/** A finding with its verdict. */
type Judged = Omit<ReviewItem, 'path' | 'label'>;

function withImages(store: ProjectStore, items: readonly Judged[]): ReviewItem[] {
  const images = new Map(
    imagesById(
      store,
      items.map(({ image }) => image),
    ).map((one) => [one.id, one]),
  );
  return items.map((item) => ({
    ...item,
    path: images.get(item.image)?.path ?? '',
    label: images.get(item.image)?.label ?? null,
  }));
}

/** The finding of a verdict; null unless the evidence is unchanged. */
function judgedFinding(findings: Findings, { image, reason, evidence }: StoredReview): ReviewFinding | null {
  const finding = findings.find(reason, image);
  return finding?.evidence === evidence ? finding : null;
}

/**
 * Lists open findings in order, then deferred ones, the longest deferred first, then accepted ones. Iterates over the
 * verdicts, which are few, not over the many findings.
 */
function queueOf(findings: Findings, reviews: readonly StoredReview[], query: ReviewQuery): Judged[] {
  const { reason, includeSettled, limit = Number.POSITIVE_INFINITY } = query;
  const judged: Judged[] = reviews
    .flatMap((review) => {
      const finding = judgedFinding(findings, review);
      return finding === null ? [] : [{ ...finding, state: review.verdict, at: review.at }];
    })
    .sort((a, b) => a.at.localeCompare(b.at));
  const judgedKeys = new Set(judged.map(({ image, reason: of }) => `${image} ${of}`));
  const open: Judged[] = [];
  for (const one of findings.list(reason)) {
    if (open.length >= limit) break;
    if (judgedKeys.size > 0 && judgedKeys.has(`${one.image} ${one.reason}`)) continue;
    open.push({ ...one.read(), state: 'open', at: null });
  }
  const matching = judged.filter((item) => reason === undefined || item.reason === reason);
  const deferred = matching.filter(({ state }) => state === 'deferred');
  const accepted = includeSettled === true ? matching.filter(({ state }) => state === 'accepted') : [];
  return [...open, ...deferred, ...accepted].slice(0, limit);
}

function countFindings(findings: Findings, reviews: readonly StoredReview[]): ReviewCounts {
  const counts = Object.fromEntries(
    reviewReasons.map((reason) => [reason, { open: findings.count(reason), deferred: 0, settled: 0 }]),
  ) as ReviewCounts;
  for (const review of reviews) {
    const count = counts[review.reason];
    if (judgedFinding(findings, review) !== null) {
      count.open -= 1;
      count[review.verdict === 'deferred' ? 'deferred' : 'settled'] += 1;
    } else if (review.verdict === 'accepted' && !findings.has(review.reason, review.image)) {
      // The finding no longer exists: the label was corrected or the image removed.
      count.settled += 1;
    }
  }
  return counts;
}
