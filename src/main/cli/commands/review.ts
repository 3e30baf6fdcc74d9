import { type Command, Option } from 'commander';
import type { ImageSummary } from '#shared/models/dataset';
import type { DuplicateGroup } from '#shared/models/duplicates';
import { type ReviewItem, type ReviewList, type ReviewReason, reviewReasons } from '#shared/models/review';
import { formatFixed, formatQuantity } from '#shared/text/number';
import type { RunCommand } from '../command';
import { UsageError } from '../outcome';
import type { Session } from '../session';
import { table } from '../table';
import { ALL, type DecisionOptions, findingsOf, type RequestedDecision, requestedDecision } from './review-decisions';

/** Limit of one `dataset.images` request. */
const PAGE_SIZE = 500;
const NO_LIMIT = 1_000_000;

interface Options extends DecisionOptions {
  readonly reason?: ReviewReason;
  readonly all?: boolean;
  readonly undo?: boolean;
}

export function addReview(program: Command, run: RunCommand): void {
  program
    .command('review')
    .description('list and resolve images to review; list duplicates')
    .argument('<project>', 'the project folder')
    .addOption(new Option('--reason <reason>', 'only images with this reason').choices(reviewReasons))
    .option('--all', 'also list resolved images')
    .option('--accept <image...>', 'accept images as they are, by path or number (or all, with --reason)')
    .option('--defer <image...>', 'move images to the end of the queue')
    .option('--reopen <image...>', 'reopen images')
    .option('--relabel <image...>', 'apply the suggested class, or the class given with --as')
    .option('--as <class>', 'the class to apply with --relabel')
    .option('--exclude <image...>', 'remove images from the project (files are kept)')
    .option('--same <image...>', 'confirm possible duplicates and keep them in one split')
    .option('--different <image...>', 'dismiss possible duplicates')
    .option('--undo', 'undo the last change to labels, images, split or review')
    .action((folder: string, { reason, all = false, undo = false, ...options }: Options) =>
      run(async (session) => {
        const requested = requestedDecision(options);
        if (requested?.images.includes(ALL) === true && reason === undefined) {
          throw new UsageError('“all” needs --reason.');
        }
        const project = await session.open(folder);
        await session.request('dataset.searchDuplicates', { project });
        const list = () => session.request('review.list', { project, reason, includeSettled: true, limit: NO_LIMIT });
        const undone = undo ? (await session.request('dataset.undo', { project })).description : undefined;
        const changed = requested === null ? 0 : await decide(session, project, requested, (await list()).findings);
        const review = await list();
        const shown = review.findings.filter(({ state }) => all || state !== 'accepted');
        const { groups: found } = await session.request('dataset.duplicates', { project });
        const images = await imagesOf(session, project, found);
        const groups = found.map((group) => describeGroup(group, images));
        const findings = shown.map(describeFinding);
        return {
          result: {
            groups,
            conflicts: groups.filter((group) => group.conflict),
            leaks: groups.filter((group) => group.leak),
            findings,
            counts: review.counts,
            mislabelSource: review.mislabelSource,
            problems: review.problems,
            changed,
            ...(undone === undefined ? {} : { undone }),
          },
          text: [
            ...(undone === undefined ? [] : [undone === null ? 'Nothing to undo.' : `Undone: ${undone}`]),
            ...(requested === null ? [] : [`Resolved ${changed} findings.`]),
            findingsText(findings, review),
            '',
            groupsText(groups),
          ].join('\n'),
        };
      }),
    );
}

/** Applies a decision and returns the number of findings concerned. */
async function decide(
  session: Session,
  project: string,
  { images: named, decision }: RequestedDecision,
  findings: readonly ReviewItem[],
): Promise<number> {
  const chosen = findingsOf(named, findings);
  if (decision !== null) {
    return (await session.request('review.judge', { project, findings: chosen, decision })).changed;
  }
  const suggested = chosen.filter(({ suggestion }) => suggestion !== null);
  if (suggested.length === 0) throw new UsageError('These images have no suggested class. Give one with --as.');
  let changed = 0;
  for (const label of new Set(suggested.map(({ suggestion }) => suggestion))) {
    const alike = suggested.filter(({ suggestion }) => suggestion === label);
    const judged = await session.request('review.judge', {
      project,
      findings: alike,
      decision: { kind: 'relabel', label },
    });
    changed += judged.changed;
  }
  return changed;
}

async function imagesOf(
  session: Session,
  project: string,
  groups: readonly DuplicateGroup[],
): Promise<ReadonlyMap<number, ImageSummary>> {
  const ids = groups.flatMap((group) => group.images);
  const images = new Map<number, ImageSummary>();
  for (let start = 0; start < ids.length; start += PAGE_SIZE) {
    const page = await session.request('dataset.images', { project, ids: ids.slice(start, start + PAGE_SIZE) });
    for (const image of page.images) images.set(image.id, image);
  }
  return images;
}

function describeFinding({ image, path, label, reason, why, suggestion, state, weight, beside }: ReviewItem) {
  return { image, path, label, reason, why, suggestion, state, weight, beside };
}

function findingsText(findings: readonly ReturnType<typeof describeFinding>[], { problems }: ReviewList): string {
  const notes = problems.map((problem) => `Note: ${problem}`);
  if (findings.length === 0) return ['Nothing to review.', ...notes].join('\n');
  return [
    table(
      ['image', 'path', 'reason', 'label', 'suggestion', 'state', 'why'],
      findings.map((one) => [
        one.image,
        one.path,
        one.reason,
        one.label ?? '',
        one.suggestion ?? '',
        one.state,
        one.why,
      ]),
    ),
    ...notes,
  ].join('\n');
}

function describeGroup(group: DuplicateGroup, known: ReadonlyMap<number, ImageSummary>) {
  const images = group.images.flatMap((id) => known.get(id) ?? []);
  return {
    kind: group.kind,
    images: images.map((image) => image.path),
    similarity: group.similarity,
    byFeatures: group.byFeatures,
    suspected: group.suspected,
    alignment: group.alignment,
    labels: images.map((image) => image.label),
    parts: images.map((image) => image.split),
    conflict: group.conflict,
    leak: group.leak,
    common: group.common,
    kept: group.kept,
  };
}

function groupsText(groups: readonly ReturnType<typeof describeGroup>[]): string {
  if (groups.length === 0) return 'No duplicate images.';
  const conflicts = groups.filter((group) => group.conflict).length;
  const leaks = groups.filter((group) => group.leak).length;
  const suspected = groups.filter((group) => group.suspected).length;
  const confirmed = groups.length - suspected;
  const images = groups.filter((group) => !group.suspected).reduce((sum, group) => sum + group.images.length, 0);
  return [
    table(
      ['kind', 'similarity', 'notes', 'images'],
      groups.map((group) => [
        group.kind,
        formatFixed(group.similarity, 3),
        [
          group.conflict ? 'labels differ' : '',
          group.leak ? 'across splits' : '',
          group.suspected ? 'to confirm' : group.byFeatures ? 'confirmed' : '',
          group.alignment ?? '',
          group.common ? 'typical of its class' : '',
          group.kept ? 'kept' : '',
        ]
          .filter((note) => note !== '')
          .join(', '),
        group.images.join(', '),
      ]),
    ),
    `${formatQuantity(confirmed, 'group')} of ${formatQuantity(images, 'image')}; ${conflicts} with different labels, ${leaks} in more than one split`,
    ...(suspected === 0 ? [] : [`${formatQuantity(suspected, 'possible duplicate')} to confirm (--same, --different)`]),
  ].join('\n');
}
