import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ImageFilter } from '#shared/models/dataset';
import { useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import { type ImageSort, normaliseFilter } from './browse/filters';
import { emptySelection, keepShown, neighbour, type Selection, selectOnly } from './browse/selection';
import type { Labelling } from './parts/use-labelling';

/** Filter, order and selection of the images, and the actions on the selection. */
export function useBrowsing(project: string, labelling: Labelling) {
  const [filter, setFilter] = useState<ImageFilter>({});
  const [idsTitle, setIdsTitle] = useState<string | null>(null);
  const [sort, setSort] = useState<ImageSort>('path');
  const [selection, setSelection] = useState<Selection>(emptySelection);

  const request = useSession((state) => state.imageRequest);
  useEffect(() => {
    if (request === null) return;
    setFilter(request.filter);
    setIdsTitle(request.title);
    setSelection(emptySelection);
    useSession.getState().clearImageRequest();
  }, [request]);

  const normalised = normaliseFilter(filter);
  const list = useRequest('dataset.ids', { project, filter: normalised, sort }, { keepPrevious: true });
  const ids = useMemo(() => list.data?.ids ?? [], [list.data]);
  useEffect(() => setSelection((before) => keepShown(before, ids)), [ids]);

  const label = useCallback(
    async (name: string | null) => {
      const images = [...selection.selected];
      if (images.length === 0) return;
      const next = images.length === 1 && images[0] !== undefined ? neighbour(ids, images[0]) : null;
      // Moves on at once: the next key may come before the answer, and is for the next image.
      if (next !== null) setSelection(selectOnly(next));
      if (!(await labelling.label(images, name)) && next !== null) setSelection(selection);
    },
    [selection, ids, labelling],
  );
  const remove = useCallback(async () => {
    const images = [...selection.selected];
    if (images.length > 0 && (await labelling.remove(images))) setSelection(emptySelection);
  }, [selection, labelling]);

  return { filter, setFilter, idsTitle, sort, setSort, list, ids, selection, setSelection, label, remove };
}
