import { useState } from 'react';
import { useRequest } from '../../../state/requests';

/** A training image of the project, or any image if there is no split; null without images. */
export function useSampleImage(project: string): { readonly image: number | null; next(): void } {
  const [place, setPlace] = useState(0);
  const train = useRequest('dataset.ids', { project, filter: { split: 'train' }, sort: 'label' });
  const any = useRequest(
    'dataset.ids',
    { project, filter: {}, sort: 'label' },
    { enabled: train.data?.ids.length === 0 },
  );
  const ids = train.data?.ids.length === 0 ? (any.data?.ids ?? []) : (train.data?.ids ?? []);
  // A stride that is not a simple fraction of the total steps through the classes.
  const stride = Math.max(1, Math.round(ids.length * 0.382));
  return { image: ids.length === 0 ? null : (ids[place % ids.length] ?? null), next: () => setPlace(place + stride) };
}
