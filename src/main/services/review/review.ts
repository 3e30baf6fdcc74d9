import { setImmediate } from 'node:timers/promises';
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
import { formatQuantity } from '#shared/text/number';
import { pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { setVerdict } from '../../store/duplicates';
import { imagesById } from '../../store/images';
import type { ProjectStore } from '../../store/open';
import { allReviews, deleteReview, findReview, type StoredReview, storeReview } from '../../store/reviews';
import type { Background } from '../core/background';
import type { Events } from '../core/events';
import { className, relabelImages, removeImages } from '../labels/labels';
import type { ReviewBefore } from '../labels/review-action';
import type { OpenProject } from '../project/projects';
import type { Experiments } from '../results/experiments';
import type { Runs } from '../runs/runs';
import { createFinders, type Found, findAll, type ReviewFinder } from './review-findings';
import { createMislabels } from './review-mislabels';

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
  readonly background: Background;
  /** In place of Fovea's own. */
  readonly finders?: readonly ReviewFinder[];
}): Review {
  const { events, onFailure } = options;
  const mislabels = createMislabels(options);
  const finders = options.finders ?? createFinders(mislabels, options.background);

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
  const searches = new WeakMap<OpenProject, Promise<unknown>>();
  const findAgain = (project: OpenProject): Promise<Found> => {
    const state = stateOf(project);
    const before = known.get(project);
    if (before?.state === state) return before.found;
    const found = search(project, () => known.get(project)?.found === found);
    known.set(project, { state, found });
    return found;
  };
  /** One at a time: a key that labels image after image asks faster than they end, and only the last one counts. */
  const search = async (project: OpenProject, isLatest: () => boolean): Promise<Found> => {
    await searches.get(project);
    const latest = known.get(project)?.found;
    if (latest !== undefined && !isLatest()) return latest;
    const found = findAll(project, finders);
    searches.set(project, found);
    for (const { reasons, error } of (await found).failures) onFailure(`review: ${reasons.join(', ')}`, error);
    return found;
  };

  return {
    async list(project, { reason, includeSettled = false, limit = Number.POSITIVE_INFINITY } = {}) {
      const found = await findAgain(project);
      const source = await mislabels.source(project).catch(() => null);
      const reviews = allReviews(project.store);
      const queue = queueOf(found, reviews, { reason, includeSettled, limit });
      await setImmediate();
      const findings = withImages(project.store, queue);
      await setImmediate();
      return {
        findings,
        counts: countFindings(found, reviews),
        mislabelSource: source,
        problems: found.failures.flatMap(({ reasons, error }) =>
          reasons.map((one) => `${notLookedFor[one]} could not be looked for: ${toErrorInfo(error).message}`),
        ),
      };
    },

    counts: async (project) => countFindings(await findAgain(project), allReviews(project.store)),

    async judge(project, asked, decision) {
      const { byReason } = await findAgain(project);
      const chosen = new Set(asked.flatMap(({ image, reason }) => byReason.get(reason)?.get(image) ?? []));
      const fresh = known.get(project);
      const isFresh = fresh?.state === stateOf(project);
      const changed = project.store.transaction(() => decide(project, [...chosen], decision));
      if (changed > 0) events.emit('project.changed', { project: project.id, what: 'dataset' });
      // A verdict alone finds nothing new.
      const verdictOnly = decision.kind === 'accept' || decision.kind === 'defer' || decision.kind === 'reopen';
      if (isFresh && verdictOnly) known.set(project, { state: stateOf(project), found: fresh.found });
      return { changed };
    },
  };
}

const notLookedFor: Record<ReviewReason, string> = {
  'label-conflict': 'Twins with different labels',
  'who-is-who': 'Patients who may be one, or several',
  'possible-duplicate': 'Possible duplicates',
  'repeated-instance': 'Repeated SOP Instance UIDs',
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

/** The finding that a verdict is about: it holds while the evidence is the same. */
function judgedFinding({ byReason }: Found, { image, reason, evidence }: StoredReview): ReviewFinding | null {
  const finding = byReason.get(reason)?.get(image);
  return finding?.evidence === evidence ? finding : null;
}

/**
 * Open ones in their order; after them the deferred ones, the longest deferred first; then those that were settled.
 * There are many findings and few verdicts, so it is the verdicts that are gone through.
 */
function queueOf(found: Found, reviews: readonly StoredReview[], query: ReviewQuery): Judged[] {
  const { reason, includeSettled, limit = Number.POSITIVE_INFINITY } = query;
  const judged: Judged[] = reviews
    .flatMap((review) => {
      const finding = judgedFinding(found, review);
      return finding === null ? [] : [{ ...finding, state: review.verdict, at: review.at }];
    })
    .sort((a, b) => a.at.localeCompare(b.at));
  const said = new Set(judged.map(({ image, reason: of }) => `${image} ${of}`));
  const open: Judged[] = [];
  for (const finding of found.findings) {
    if (open.length >= limit) break;
    if (reason !== undefined && finding.reason !== reason) continue;
    if (said.size > 0 && said.has(`${finding.image} ${finding.reason}`)) continue;
    open.push({ ...finding, state: 'open', at: null });
  }
  const asked = judged.filter((item) => reason === undefined || item.reason === reason);
  const deferred = asked.filter(({ state }) => state === 'deferred');
  const settled = includeSettled === true ? asked.filter(({ state }) => state === 'accepted') : [];
  return [...open, ...deferred, ...settled].slice(0, limit);
}

function countFindings(found: Found, reviews: readonly StoredReview[]): ReviewCounts {
  const counts = Object.fromEntries(
    reviewReasons.map((reason) => [reason, { open: found.byReason.get(reason)?.size ?? 0, deferred: 0, settled: 0 }]),
  ) as ReviewCounts;
  for (const review of reviews) {
    const count = counts[review.reason];
    if (judgedFinding(found, review) !== null) {
      count.open -= 1;
      count[review.verdict === 'deferred' ? 'deferred' : 'settled'] += 1;
    } else if (review.verdict === 'accepted' && found.byReason.get(review.reason)?.has(review.image) !== true) {
      // Its reason has gone, because the label was put right or the image taken out.
      count.settled += 1;
    }
  }
  return counts;
}

/** Whether two pictures are the same is asked of possible duplicates only. */
const isAsked = ({ reason }: ReviewFinding, { kind }: ReviewDecision): boolean =>
  reason === 'possible-duplicate' || (kind !== 'same' && kind !== 'different');

/** What is said of the pairs of a finding: confirmed ones are kept together from here on. */
function judgePairs(store: ProjectStore, { image, beside }: ReviewFinding, kind: 'same' | 'different') {
  return beside.flatMap((twin) => setVerdict(store, [image, twin], kind === 'same' ? 'keep' : 'different'));
}

function decide({ store }: OpenProject, asked: readonly ReviewFinding[], decision: ReviewDecision): number {
  const chosen = asked.filter((finding) => isAsked(finding, decision));
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
    verdicts:
      decision.kind === 'same' || decision.kind === 'different'
        ? chosen.flatMap((finding) => judgePairs(store, finding, decision.kind as 'same' | 'different'))
        : [],
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
  const what = formatQuantity(images, 'image');
  switch (decision.kind) {
    case 'accept':
      return `review of ${what} as right`;
    case 'defer':
      return `deferral of ${what}`;
    case 'reopen':
      return `return of ${what} to review`;
    case 'relabel':
      return label === null ? `removal of the label from ${what}` : `label “${label}” on ${what}`;
    case 'exclude':
      return `removal of ${what}`;
    case 'same':
      return `confirmation of duplicates of ${what}`;
    case 'different':
      return `dismissal of possible duplicates of ${what}`;
  }
}
