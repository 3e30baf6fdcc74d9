import { toErrorInfo } from '#shared/ipc/errors';
import {
  type ReviewCounts,
  type ReviewDecision,
  type ReviewFinding,
  type ReviewItem,
  type ReviewList,
  type ReviewReason,
  reviewReasons,
} from '#shared/models/review';
import { pushAction } from '../store/actions';
import { appendAudit } from '../store/audit';
import { imagesById } from '../store/images';
import type { ProjectStore } from '../store/open';
import { allReviews, deleteReview, findReview, type StoredReview, storeReview } from '../store/reviews';
import type { Events } from './events';
import type { Experiments } from './experiments';
import { className, relabelImages, removeImages } from './labels';
import type { OpenProject } from './projects';
import type { ReviewBefore } from './review-action';
import { createFinders, type Found, findAll, type ReviewFinder } from './review-findings';
import { createMislabels } from './review-mislabels';
import type { Runs } from './runs';
import { count } from './splits-warnings';

export interface ReviewQuery {
  readonly reason?: ReviewReason | undefined;
  /** Also those that were accepted. */
  readonly includeSettled?: boolean | undefined;
  /** At most so many; all by default. */
  readonly limit?: number | undefined;
}

/** The images that want a second look, each with why, and what a person decides about them. */
export interface Review {
  list(project: OpenProject, query?: ReviewQuery): Promise<ReviewList>;
  counts(project: OpenProject): Promise<ReviewCounts>;
  /**
   * Decides on findings (each can be undone at once), and answers with how many of them there were. What is relabelled
   * or excluded counts as settled. Throws `label_empty`.
   */
  judge(
    project: OpenProject,
    findings: readonly { readonly image: number; readonly reason: ReviewReason }[],
    decision: ReviewDecision,
  ): Promise<{ readonly changed: number }>;
}

export function createReview(options: {
  readonly events: Events;
  readonly experiments: Pick<Experiments, 'list' | 'pooled' | 'cases'>;
  readonly runs: Pick<Runs, 'list'>;
  readonly onFailure: (what: string, error: unknown) => void;
  /** In place of Fovea's own. */
  readonly finders?: readonly ReviewFinder[];
}): Review {
  const { events, onFailure } = options;
  const mislabels = createMislabels(options);
  const finders = options.finders ?? createFinders(mislabels);

  // Findings are made again when anything in the project changed: what this process wrote (total_changes), what
  // another one wrote (data_version), and evaluations, which are files.
  const changes = new Map<string, number>();
  events.on('project.changed', ({ project }) => changes.set(project, (changes.get(project) ?? 0) + 1));
  const stateOf = ({ id, store }: OpenProject): string => {
    const own = store.column<number>('SELECT total_changes()')[0];
    const others = store.column<number>('PRAGMA data_version')[0];
    return `${own} ${others} ${changes.get(id) ?? 0}`;
  };
  const known = new WeakMap<OpenProject, { readonly state: string; readonly found: Promise<Found> }>();
  const findAgain = (project: OpenProject): Promise<Found> => {
    const state = stateOf(project);
    const before = known.get(project);
    if (before?.state === state) return before.found;
    const found = findAll(project, finders);
    known.set(project, { state, found });
    void found.then(({ failures }) => {
      for (const { reasons, error } of failures) onFailure(`review: ${reasons.join(', ')}`, error);
    });
    return found;
  };

  return {
    async list(project, { reason, includeSettled = false, limit = Number.POSITIVE_INFINITY } = {}) {
      const { findings, failures } = await findAgain(project);
      const source = await mislabels.source(project).catch(() => null);
      const reviews = allReviews(project.store);
      const items = withVerdicts(findings, reviews);
      const asked = items.filter(
        (item) => (reason === undefined || item.reason === reason) && (includeSettled || item.state !== 'accepted'),
      );
      return {
        findings: withImages(project.store, inOrder(asked).slice(0, limit)),
        counts: countItems(items, reviews),
        mislabelSource: source,
        problems: failures.flatMap(({ reasons, error }) =>
          reasons.map((one) => `${notLookedFor[one]} could not be looked for: ${toErrorInfo(error).message}`),
        ),
      };
    },

    async counts(project) {
      const { findings } = await findAgain(project);
      const reviews = allReviews(project.store);
      return countItems(withVerdicts(findings, reviews), reviews);
    },

    async judge(project, asked, decision) {
      const { findings } = await findAgain(project);
      const wanted = new Set(asked.map(({ image, reason }) => `${image} ${reason}`));
      const chosen = findings.filter(({ image, reason }) => wanted.has(`${image} ${reason}`));
      const changed = project.store.transaction(() => decide(project, chosen, decision));
      if (changed > 0) events.emit('project.changed', { project: project.id, what: 'dataset' });
      return { changed };
    },
  };
}

const notLookedFor: Record<ReviewReason, string> = {
  'label-conflict': 'Twins with different labels',
  'readers-disagree': 'Images that readers disagree on',
  'suspected-mislabel': 'Suspected mislabels',
  'burned-in-text': 'Burned-in text',
  'odd-picture': 'Odd pictures',
  'other-modality': 'Images of another modality',
};

/** A finding with what was said of it. */
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

/** A verdict holds while the evidence is the same. */
function withVerdicts(findings: readonly ReviewFinding[], reviews: readonly StoredReview[]): Judged[] {
  const said = new Map(reviews.map((review) => [`${review.image} ${review.reason}`, review]));
  return findings.map((finding) => {
    const review = said.get(`${finding.image} ${finding.reason}`);
    return review === undefined || review.evidence !== finding.evidence
      ? { ...finding, state: 'open', at: null }
      : { ...finding, state: review.verdict, at: review.at };
  });
}

function countItems(items: readonly Judged[], reviews: readonly StoredReview[]): ReviewCounts {
  const counts = Object.fromEntries(
    reviewReasons.map((reason) => [reason, { open: 0, deferred: 0, settled: 0 }]),
  ) as ReviewCounts;
  const waiting = new Set<string>();
  for (const { image, reason, state } of items) {
    if (state === 'accepted') continue;
    counts[reason][state] += 1;
    waiting.add(`${image} ${reason}`);
  }
  // Also those whose reason has gone since, because the label was put right or the image taken out.
  for (const { image, reason, verdict } of reviews) {
    if (verdict === 'accepted' && !waiting.has(`${image} ${reason}`)) counts[reason].settled += 1;
  }
  return counts;
}

const stateOrder = { open: 0, deferred: 1, accepted: 2 } as const;

/** Deferred ones come back after all others, the longest deferred first. */
const inOrder = (items: readonly Judged[]): Judged[] =>
  [...items].sort(
    (a, b) =>
      stateOrder[a.state] - stateOrder[b.state] ||
      (a.state === 'deferred' ? (a.at ?? '').localeCompare(b.at ?? '') : 0),
  );

function decide({ store }: OpenProject, chosen: readonly ReviewFinding[], decision: ReviewDecision): number {
  const images = [...new Set(chosen.map(({ image }) => image))];
  const label = decision.kind === 'relabel' ? className(decision.label) : null;
  const earlier = chosen.map(({ image, reason }) => findReview(store, image, reason));
  const concerned = decision.kind === 'reopen' ? chosen.filter((_, index) => earlier[index] !== null) : chosen;
  if (concerned.length === 0) return 0;
  const at = new Date().toISOString();
  const before: ReviewBefore = {
    reviews: chosen.map(({ image, reason }, index) => {
      const said = earlier[index];
      return {
        image,
        reason,
        said: said == null ? null : { verdict: said.verdict, evidence: said.evidence, at: said.at },
      };
    }),
    labels: decision.kind === 'relabel' ? relabelImages(store, images, label) : [],
    removed: decision.kind === 'exclude' ? removeImages(store, images) : [],
  };
  for (const { image, reason, evidence } of concerned) {
    if (decision.kind === 'reopen') deleteReview(store, image, reason);
    else {
      storeReview(store, { image, reason, verdict: decision.kind === 'defer' ? 'deferred' : 'accepted', evidence, at });
    }
  }
  pushAction(store, { kind: 'review', description: describe(decision, label, images.length), before });
  for (const reason of new Set(concerned.map((finding) => finding.reason))) {
    const n = concerned.filter((finding) => finding.reason === reason).length;
    appendAudit(store, 'review.judge', { reason, decision: decision.kind, images: n });
  }
  return concerned.length;
}

function describe(decision: ReviewDecision, label: string | null, images: number): string {
  const what = count(images, 'image');
  switch (decision.kind) {
    case 'accept':
      return `Accept ${what} as reviewed`;
    case 'defer':
      return `Defer ${what}`;
    case 'reopen':
      return `Put ${what} back into review`;
    case 'relabel':
      return label === null ? `Take the label off ${what}` : `Label ${what} “${label}”`;
    case 'exclude':
      return `Remove ${what}`;
  }
}
