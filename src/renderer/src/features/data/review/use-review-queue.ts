import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ReviewDecision, ReviewReason } from '#shared/models/review';
import { invoke, resourceUrl } from '../../../bridge/bridge';
import { queryClient, useRequest } from '../../../state/requests';
import { useLeaving } from '../parts/leaving';
import type { Labelling } from '../parts/use-labelling';
import { itemKey, type Looking, shownItem } from './review-queue';

/** See `useReviewQueue`. */
export type ReviewQueue = ReturnType<typeof useReviewQueue>;

/** The review queue, its current item, and navigation. */
export function useReviewQueue({
  project,
  reason,
  settled,
  labelling,
}: {
  readonly project: string;
  readonly reason: ReviewReason | null;
  readonly settled: boolean;
  readonly labelling: Labelling;
}) {
  const answer = useRequest(
    'review.list',
    { project, ...(reason === null ? {} : { reason }), includeSettled: settled },
    { keepPrevious: true },
  );
  const { gone, leave } = useLeaving(answer.dataUpdatedAt);
  const all = answer.data?.findings;
  const items = useMemo(() => (all ?? []).filter((item) => !gone(itemKey(item))), [all, gone]);

  const [looking, setLooking] = useState<Looking | null>(null);
  const current = shownItem(items, looking);
  const item = items[current];
  const go = useCallback(
    (index: number) => {
      const at = Math.max(0, Math.min(items.length - 1, index));
      const next = items[at];
      if (next !== undefined) setLooking({ key: itemKey(next), at });
    },
    [items],
  );
  // When an item leaves the queue, the one that takes its place becomes current, even if none was chosen yet.
  const key = item === undefined ? null : itemKey(item);
  useEffect(() => {
    if (key !== null) setLooking({ key, at: current });
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
    setLooking({ key: itemKey(found), at: back });
  }, [all]);

  useNextImage(project, items[current + 1]?.image);

  const decide = async (decision: ReviewDecision) => {
    if (item === undefined) return;
    before.current = null;
    await leave(itemKey(item), () => labelling.decide([item], decision));
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
