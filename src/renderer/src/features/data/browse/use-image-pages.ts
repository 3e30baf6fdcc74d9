import { useDebouncedValue } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { ImageSummary } from '#shared/models/dataset';
import { invoke } from '../../../bridge/bridge';

const PAGE = 200;
/** During fast scrolling, pages that are gone in a moment are not requested. */
const SETTLE_MS = 70;
/** Cached details: enough to scroll back without a flicker, few enough not to matter. */
const MAX_CACHED = 20_000;

/** Details of the images between two positions of the list, by id; those not loaded yet are missing. */
export function useImagePages(
  project: string,
  ids: readonly number[],
  first: number,
  last: number,
): ReadonlyMap<number, ImageSummary> {
  const span = `${Math.floor(first / PAGE)}:${Math.floor(Math.max(first, last) / PAGE)}`;
  const [settled] = useDebouncedValue(span, SETTLE_MS, { leading: true });
  const pages = useMemo(() => pagesOf(ids, settled), [ids, settled]);
  const known = useRef(new Map<number, ImageSummary>());
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['dataset.images', { project, ids: page }],
      queryFn: () => invoke('dataset.images', { project, ids: page }),
      gcTime: 60_000,
    })),
    combine: (results) => results.map(({ data }) => data),
  });
  return useMemo(() => {
    if (known.current.size > MAX_CACHED) known.current = new Map();
    const images = new Map(known.current);
    for (const answer of answers) for (const image of answer?.images ?? []) images.set(image.id, image);
    known.current = images;
    return images;
  }, [answers]);
}

function pagesOf(ids: readonly number[], span: string): number[][] {
  const [from = 0, to = 0] = span.split(':').map(Number);
  const pages: number[][] = [];
  for (let page = from; page <= to; page += 1) {
    const pageIds = ids.slice(page * PAGE, (page + 1) * PAGE);
    if (pageIds.length > 0) pages.push(pageIds);
  }
  return pages;
}
