import { groupBy } from '#shared/group-by';
import type { ReviewFinding } from '#shared/models/review';
import type { DuplicateMember } from '../../store/duplicates';
import { imagesById } from '../../store/images';
import { openLabelClaims } from '../../store/label-claims';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { duplicateGroups, type MemberGroup } from '../duplicates/duplicate-groups';

/** Duplicates shown beside an image at most. */
const MAX_BESIDE = 8;

/**
 * Finds images whose duplicates have another label. If more than half of a group agree, the findings are the other
 * images, with the label of the majority as suggestion; otherwise all images of the group. Groups with the verdict
 * `keep` are left out.
 */
export function findLabelConflicts(store: ProjectStore): ReviewFinding[] {
  const names = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  const groups = duplicateGroups(store).filter((group) => group.conflict && !group.kept);
  const paths = new Map(
    imagesById(
      store,
      groups.flatMap(({ images }) => images),
    ).map(({ id, path }) => [id, path]),
  );
  const conflicts = groups.flatMap((group) => conflictsOf(group, names, paths));
  return mergeByImage([...claimConflicts(store, names), ...conflicts]);
}

/** Merges findings about the same image: there is at most one per image and reason. */
function mergeByImage(findings: readonly ReviewFinding[]): ReviewFinding[] {
  const byImage = new Map<number, ReviewFinding>();
  for (const finding of findings) {
    const before = byImage.get(finding.image);
    byImage.set(
      finding.image,
      before === undefined
        ? finding
        : {
            ...finding,
            why: `${before.why} ${finding.why}`,
            weight: Math.max(before.weight, finding.weight),
            evidence: JSON.stringify([before.evidence, finding.evidence]),
          },
    );
  }
  return [...byImage.values()];
}

/**
 * Finds images for which another file with the same bytes has a different label. Both files are one image, whose label
 * is that of the file imported first, which does not make it right.
 */
function claimConflicts(store: ProjectStore, names: ReadonlyMap<number, string>): ReviewFinding[] {
  const byImage = groupBy(openLabelClaims(store), ({ image }) => image);
  return [...byImage].map(([image, claims]) => {
    const [{ imagePath, label } = { imagePath: '', label: -1 }] = claims;
    const others = claims.map(
      ({ path, claimed }) =>
        `${path === imagePath ? `“${path}”, imported again,` : `“${path}”`} is labelled “${names.get(claimed) ?? ''}”`,
    );
    return {
      image,
      reason: 'label-conflict',
      why: `“${imagePath}” is labelled “${names.get(label) ?? ''}”, but the same file ${others.join(', ')}.`,
      weight: 1,
      evidence: JSON.stringify(['same file', label, ...claims.map(({ path, claimed }) => [path, claimed])]),
      suggestion: null,
      beside: [],
    };
  });
}

function conflictsOf(
  group: MemberGroup,
  names: ReadonlyMap<number, string>,
  paths: ReadonlyMap<number, string>,
): ReviewFinding[] {
  const labelled = group.members.filter((one) => one.label !== null);
  const votes = new Map<number, number>();
  for (const { label } of labelled) if (label !== null) votes.set(label, (votes.get(label) ?? 0) + 1);
  const majority = [...votes].find(([, n]) => n > labelled.length / 2)?.[0] ?? null;
  const name = (label: number | null) => names.get(label ?? -1) ?? '';
  const tally = [...votes].map(([label, n]) => ({ label, n })).sort((a, b) => b.n - a.n || a.label - b.label);
  // The verdict “accepted” holds for this label among these; another duplicate reopens the finding.
  const evidence = (own: DuplicateMember) => JSON.stringify([own.label, ...tally.map(({ label, n }) => [label, n])]);
  return labelled
    .filter((one) => one.label !== majority)
    .map((one) => {
      const others = labelled.filter((other) => other.id !== one.id);
      const differing = tally.filter(({ label }) => label !== one.label);
      return {
        image: one.id,
        reason: 'label-conflict',
        why: `Labelled “${name(one.label)}”. ${duplicateText(
          group,
          others.length,
          differing.map(({ label, n }) => ({ name: name(label), n })),
          paths.get(others.find(({ label }) => label !== one.label)?.id ?? -1) ?? '',
        )}`,
        weight: group.kind === 'exact' ? 1 : Math.max(0, Math.min(1, group.similarity)),
        evidence: evidence(one),
        suggestion: majority === null ? null : name(majority),
        beside: [
          ...others.filter(({ label }) => label !== one.label),
          ...others.filter(({ label }) => label === one.label),
        ]
          .slice(0, MAX_BESIDE)
          .map(({ id }) => id),
      };
    });
}

function duplicateText(
  { kind, similarity, byFeatures }: MemberGroup,
  others: number,
  differing: readonly { readonly name: string; readonly n: number }[],
  path: string,
): string {
  // Rounded down, so that images that differ never show 1.000.
  const alike = (Math.floor(similarity * 1000) / 1000).toFixed(3);
  const [first] = differing;
  const looks = byFeatures ? 'a confirmed duplicate' : 'which looks the same';
  if (others === 1 && first !== undefined) {
    return kind === 'exact'
      ? `The same image in “${path}” is labelled “${first.name}”.`
      : `“${path}”, ${looks} (similarity ${alike}), is labelled “${first.name}”.`;
  }
  const what =
    kind === 'exact' ? 'other files with the same image' : `other images that ${byFeatures ? 'show' : 'look'} the same`;
  const list = differing.map(({ name, n }) => `${n} “${name}”`).join(', ');
  return `Of ${others} ${what}${kind === 'exact' ? '' : ` (similarity ${alike} or more)`}, with different labels: ${list}, such as “${path}”.`;
}
