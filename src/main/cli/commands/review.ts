import type { Command } from 'commander';
import type { ImageSummary } from '#shared/models/dataset';
import type { DuplicateGroup } from '#shared/models/duplicates';
import type { Run } from '../program';
import type { Session } from '../session';
import { decimals, table } from '../table';

/** As many as `dataset.images` answers at once. */
const PAGE = 500;

export function addReview(program: Command, run: Run): void {
  program
    .command('review')
    .description('list duplicate images, those with different labels, and those in more than one part of the split')
    .argument('<project>', 'the project folder')
    .action((folder: string) =>
      run(async (session) => {
        const project = await session.open(folder);
        const found = (await session.request('dataset.duplicates', { project })).groups;
        const images = await imagesOf(session, project, found);
        const groups = found.map((group) => describeGroup(group, images));
        return {
          result: {
            groups,
            conflicts: groups.filter((group) => group.conflict),
            leaks: groups.filter((group) => group.leak),
          },
          text: toText(groups),
        };
      }),
    );
}

async function imagesOf(
  session: Session,
  project: string,
  groups: readonly DuplicateGroup[],
): Promise<ReadonlyMap<number, ImageSummary>> {
  const ids = groups.flatMap((group) => group.images);
  const images = new Map<number, ImageSummary>();
  for (let start = 0; start < ids.length; start += PAGE) {
    const page = await session.request('dataset.images', { project, ids: ids.slice(start, start + PAGE) });
    for (const image of page.images) images.set(image.id, image);
  }
  return images;
}

function describeGroup(group: DuplicateGroup, known: ReadonlyMap<number, ImageSummary>) {
  const images = group.images.flatMap((id) => known.get(id) ?? []);
  return {
    kind: group.kind,
    images: images.map((image) => image.path),
    similarity: group.similarity,
    byFeatures: group.byFeatures,
    labels: images.map((image) => image.label),
    parts: images.map((image) => image.split),
    conflict: group.conflict,
    leak: group.leak,
    common: group.common,
    kept: group.kept,
  };
}

function toText(groups: readonly ReturnType<typeof describeGroup>[]): string {
  if (groups.length === 0) return 'No duplicate images.';
  const conflicts = groups.filter((group) => group.conflict).length;
  const leaks = groups.filter((group) => group.leak).length;
  const images = groups.reduce((sum, group) => sum + group.images.length, 0);
  return [
    table(
      ['kind', 'similarity', 'notes', 'images'],
      groups.map((group) => [
        group.kind,
        decimals(group.similarity, 3),
        [
          group.conflict ? 'labels differ' : '',
          group.leak ? 'in several parts' : '',
          group.byFeatures ? 'found by a backbone' : '',
          group.common ? 'most of a class' : '',
          group.kept ? 'kept' : '',
        ]
          .filter((note) => note !== '')
          .join(', '),
        group.images.join(', '),
      ]),
    ),
    `${groups.length} groups of ${images} images; ${conflicts} with different labels, ${leaks} in more than one part`,
  ].join('\n');
}
