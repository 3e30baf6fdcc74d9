import { Text } from '@mantine/core';
import { useRequest } from '../state/requests';

/** States which version of the dataset a run was trained on, and whether the dataset has changed since. */
export function DataVersion({ project, run }: { readonly project: string; readonly run: string }) {
  const recorded = useRequest('runs.get', { project, run }).data?.record.datasetVersion ?? null;
  const present = useRequest('dataset.summary', { project }, { keepPrevious: true }).data?.version ?? null;
  if (recorded === null) return null;
  const isPresent = present === null || (present.hash === recorded.hash && !present.changed);
  const since = isPresent
    ? 'the present one'
    : present.number > recorded.number
      ? `the data is at version ${present.number} now`
      : 'the data has changed since';
  return (
    <Text size="xs" c="dimmed">
      Trained on version {recorded.number} of the data: {since}.
    </Text>
  );
}
