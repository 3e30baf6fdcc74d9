import { groupBy } from '#shared/group-by';
import type { ReviewFinding } from '#shared/models/review';
import { imagesById } from '../../store/images';
import type { ProjectStore } from '../../store/open';
import { duplicateGroups, type MemberGroup } from '../duplicates/duplicate-groups';

/** Finds possible duplicates not yet confirmed or dismissed: one finding for the first image of the pairs. */
export function findPossibleDuplicates(store: ProjectStore): ReviewFinding[] {
  const pairs = duplicateGroups(store).filter(({ suspected }) => suspected);
  const paths = new Map(
    imagesById(
      store,
      pairs.flatMap(({ images }) => images),
    ).map(({ id, path }) => [id, path]),
  );
  return [...groupBy(pairs, ({ images }) => images[0] ?? 0)].map(([image, of]) => ({
    image,
    reason: 'possible-duplicate',
    why: of.map((pair) => pairText(pair, paths.get(pair.images[1] ?? 0) ?? '')).join(' '),
    weight: Math.max(...of.map(({ similarity }) => Math.max(0, Math.min(1, similarity)))),
    evidence: JSON.stringify(of.map(({ images }) => images[1])),
    suggestion: null,
    beside: of.flatMap(({ images }) => images.slice(1)),
  }));
}

function pairText({ alignment, similarity, members }: MemberGroup, path: string): string {
  const how = alignment === null || alignment === '' ? '' : `, ${alignment}`;
  const [one, other] = members;
  const isLeak = one?.split != null && other?.split != null && one.split !== other.split;
  const where = isLeak ? ` They are in ${one.split} and ${other.split}.` : '';
  return `It may be the same image as “${path}”${how} (similarity of detail ${similarity.toFixed(2)}).${where}`;
}

/** Finds images whose SOP Instance UID another file has with other pixels (PS3.3 C.12.1: a UID names one instance). */
export function findRepeatedInstances(store: ProjectStore): ReviewFinding[] {
  const rows = store.all<{ id: number; path: string; key: string; content: string; hash: string }>(
    `SELECT images.id AS id, path, instance || ' ' || frame AS key, coalesce(content, hash) AS content, hash
     FROM images JOIN identities USING (hash) LEFT JOIN pictures ON image_id = images.id
     WHERE removed_at IS NULL AND instance IN (
       SELECT instance FROM identities WHERE instance IS NOT NULL GROUP BY instance HAVING count(*) > 1)
     ORDER BY images.id`,
  );
  return [...groupBy(rows, ({ key }) => key).values()]
    .filter((group) => new Set(group.map(({ content }) => content)).size > 1)
    .flatMap((group) =>
      group.map((one): ReviewFinding => {
        const others = group.filter(({ content }) => content !== one.content);
        const names = others.map(({ path }) => `“${path}”`).join(', ');
        return {
          image: one.id,
          reason: 'repeated-instance',
          why: `${names} ${others.length === 1 ? 'has' : 'have'} the same SOP Instance UID but different pixels, so one of the UIDs is wrong.`,
          weight: 1,
          evidence: JSON.stringify(others.map(({ hash }) => hash).sort()),
          suggestion: null,
          beside: others.map(({ id }) => id),
        };
      }),
    );
}
