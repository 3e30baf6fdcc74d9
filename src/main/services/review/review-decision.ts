import type { ReviewDecision, ReviewFinding } from '#shared/models/review';
import { formatQuantity } from '#shared/text/number';
import { pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { setVerdict } from '../../store/duplicates';
import type { ProjectStore } from '../../store/open';
import { deleteReview, findReview, storeReview } from '../../store/reviews';
import { className, relabelImages, removeImages } from '../labels/labels';
import type { ReviewBefore } from '../labels/undo';
import type { OpenProject } from '../project/projects';

/** `same` and `different` apply only to possible duplicates. */
const isApplicable = ({ reason }: ReviewFinding, { kind }: ReviewDecision): boolean =>
  reason === 'possible-duplicate' || (kind !== 'same' && kind !== 'different');

/** Records the verdict on the pairs of a finding. Confirmed pairs are kept together in later splits. */
function judgePairs(store: ProjectStore, { image, beside }: ReviewFinding, kind: 'same' | 'different') {
  return beside.flatMap((other) => setVerdict(store, [image, other], kind === 'same' ? 'keep' : 'different'));
}

/** Writes a person's decision on findings, and returns how many it applied to. Throws `label_empty`. */
export const decide = ({ store }: OpenProject, findings: readonly ReviewFinding[], decision: ReviewDecision): number =>
  store.transaction(() => write(store, findings, decision));

function write(store: ProjectStore, findings: readonly ReviewFinding[], decision: ReviewDecision): number {
  const chosen = findings.filter((finding) => isApplicable(finding, decision));
  const images = [...new Set(chosen.map(({ image }) => image))];
  const label = decision.kind === 'relabel' ? className(decision.label) : null;
  const earlier = chosen.map(({ image, reason }) => findReview(store, image, reason));
  const concerned = decision.kind === 'reopen' ? chosen.filter((_, index) => earlier[index] !== null) : chosen;
  if (concerned.length === 0) return 0;
  const at = new Date().toISOString();
  const before: ReviewBefore = {
    reviews: chosen.map(({ image, reason }, index) => {
      const stored = earlier[index];
      return {
        image,
        reason,
        said: stored == null ? null : { verdict: stored.verdict, evidence: stored.evidence, at: stored.at },
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
      return `acceptance of ${what}`;
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
