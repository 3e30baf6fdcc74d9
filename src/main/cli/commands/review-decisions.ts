import type { ReviewDecision, ReviewItem } from '#shared/models/review';
import { UsageError } from '../outcome';

/** Stands for all images with the reason given by `--reason`. */
export const ALL = 'all';

/** Decision options; at most one may be given, except `as`. */
export interface DecisionOptions {
  readonly accept?: readonly string[];
  readonly defer?: readonly string[];
  readonly reopen?: readonly string[];
  readonly relabel?: readonly string[];
  readonly exclude?: readonly string[];
  readonly same?: readonly string[];
  readonly different?: readonly string[];
  /** The class that `relabel` assigns. */
  readonly as?: string;
}

export interface RequestedDecision {
  readonly images: readonly string[];
  /** Null: relabel each image with the class that its finding suggests. */
  readonly decision: ReviewDecision | null;
}

/** The decision requested by the options; null if there is none. Throws `UsageError`. */
export function requestedDecision(options: DecisionOptions): RequestedDecision | null {
  const { accept, defer, reopen, relabel, exclude, same, different, as } = options;
  const given: RequestedDecision[] = [
    ...(accept === undefined ? [] : [{ images: accept, decision: { kind: 'accept' } as const }]),
    ...(defer === undefined ? [] : [{ images: defer, decision: { kind: 'defer' } as const }]),
    ...(reopen === undefined ? [] : [{ images: reopen, decision: { kind: 'reopen' } as const }]),
    ...(relabel === undefined
      ? []
      : [{ images: relabel, decision: as === undefined ? null : ({ kind: 'relabel', label: as } as const) }]),
    ...(exclude === undefined ? [] : [{ images: exclude, decision: { kind: 'exclude' } as const }]),
    ...(same === undefined ? [] : [{ images: same, decision: { kind: 'same' } as const }]),
    ...(different === undefined ? [] : [{ images: different, decision: { kind: 'different' } as const }]),
  ];
  if (given.length > 1)
    throw new UsageError('Give one of --accept, --defer, --reopen, --relabel, --exclude, --same and --different.');
  if (as !== undefined && relabel === undefined) throw new UsageError('--as needs --relabel.');
  return given[0] ?? null;
}

/**
 * The findings of images named by number or path; a file name alone is enough if it is unique. `all`: the open ones.
 * Throws `UsageError`.
 */
export function findingsOf(named: readonly string[], findings: readonly ReviewItem[]): ReviewItem[] {
  if (named.length === 1 && named[0] === ALL) return findings.filter(({ state }) => state !== 'accepted');
  const paths = new Map(findings.map(({ image, path }) => [image, path]));
  const ids = [...paths.keys()];
  const chosen = new Set(
    named.map((name) => {
      const path = name.replaceAll('\\', '/');
      const exact = ids.filter((id) => paths.get(id) === path);
      const number = /^\d+$/.test(name) ? ids.filter((id) => id === Number(name)) : [];
      const ending = ids.filter((id) => paths.get(id)?.endsWith(`/${path}`) === true);
      const found = [exact, number, ending].find((list) => list.length > 0) ?? [];
      const [only, another] = found;
      if (only === undefined) {
        throw new UsageError(`The review lists no image “${name}”. Give a path or number from “fovea review”.`);
      }
      if (another !== undefined)
        throw new UsageError(`“${name}” matches several images in the review. Give the full path.`);
      return only;
    }),
  );
  return findings.filter(({ image }) => chosen.has(image));
}
