import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ReviewDecision, ReviewReason } from '#shared/models/review';
import { invoke, resourceUrl } from '../../../bridge/bridge';
import { queryClient, useRequest } from '../../../state/requests';
import { useHiddenItems } from '../parts/hidden-items';
import type { Labelling } from '../parts/use-labelling';
import { itemKey, type Position, shownItem } from './review-queue';

/** See `useReviewQueue`. */
export type ReviewQueue = ReturnType<typeof useReviewQueue>;

/** The review queue, its current item, and navigation. */
export function useReviewQueue({
  project,
  reason,
  showResolved,
  labelling,
}: {
  readonly project: string;
  readonly reason: ReviewReason | null;
  readonly showResolved: boolean;
  readonly labelling: Labelling;
}) {
  const answer = useRequest(
    'review.list',
    { project, ...(reason === null ? {} : { reason }), includeSettled: showResolved },
    { keepPrevious: true },
  );
  const { isItemHidden, hide } = useHiddenItems(answer);
  const all = answer.data?.findings;
  const items = useMemo(() => (all ?? []).filter((item) => !isItemHidden(itemKey(item))), [all, isItemHidden]);

  const [position, setPosition] = useState<Position | null>(null);
  const current = shownItem(items, position);
  const item = items[current];
  const go = useCallback(
    (index: number) => {
      const at = Math.max(0, Math.min(items.length - 1, index));
      const next = items[at];
      if (next !== undefined) setPosition({ key: itemKey(next), at });
    },
    [items],
  );
  // When an item leaves the queue, the one that takes its place becomes current, even if none was chosen yet.
  const key = item === undefined ? null : itemKey(item);
  useEffect(() => {
    if (key !== null) setPosition({ key, at: current });
  }, [key, current]);

  // After an undo, the item that came back becomes current.
  const before = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    const known = before.current;
    if (known === null || all === undefined) return;
    const back = all.findIndex((one) => !known.has(`${itemKey(one)} ${one.state}`));
    const found = all[back];
    if (found === undefined) return;
    before.current = null;
    setPosition({ key: itemKey(found), at: back });
  }, [all]);

  useNextImage(project, items[current + 1]?.image);

  const decide = async (decision: ReviewDecision) => {
    if (item === undefined) return;
    before.current = null;
    await hide(itemKey(item), () => labelling.decide([item], decision));
  };
  /** Accepts every listed open item. */
  const acceptAll = () =>
    labelling.decide(
      items.filter(({ state }) => state !== 'accepted'),
      { kind: 'accept' },
    );
  const undo = async () => {
    before.current = new Set(items.map((one) => `${itemKey(one)} ${one.state}`));
    await labelling.undo();
  };
  return { answer, items, current, item, go, decide, acceptAll, undo };
}

/** Preloads the next image, so that it appears without delay. */
function useNextImage(project: string, image: number | undefined): void {
  useEffect(() => {
    if (image === undefined) return;
    const input = { project, image };
    void queryClient.prefetchQuery({
      queryKey: ['dataset.image', input],
      queryFn: () => invoke('dataset.image', input),
    });
    new Image().src = resourceUrl(resourcePaths.display(project, image, {}));
  }, [project, image]);
}
