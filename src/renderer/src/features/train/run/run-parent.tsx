import { Anchor, Text } from '@mantine/core';
import type { RunParent } from '#shared/models/run';
import { useRequest } from '../../../state/requests';
import { useSelectedRun } from '../../../state/selected-run';

/** Names the run that a run continues; a link while that run exists. */
export function RunParentLine({ project, parent }: { readonly project: string; readonly parent: RunParent }) {
  const runs = useRequest('runs.list', { project }).data?.runs ?? [];
  const select = useSelectedRun((state) => state.select);
  const present = runs.find(({ id }) => id === parent.run);
  return (
    <Text size="xs" c="dimmed">
      Continues{' '}
      {present === undefined ? (
        `${parent.name} (removed)`
      ) : (
        <Anchor component="button" type="button" size="xs" onClick={() => select(project, present.id)}>
          {present.name}
        </Anchor>
      )}
      {parent.epoch === null ? '' : ` after epoch ${parent.epoch}`}
    </Text>
  );
}
