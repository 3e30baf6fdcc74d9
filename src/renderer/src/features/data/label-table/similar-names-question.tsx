import { Radio, Stack, Text } from '@mantine/core';
import { type NameChoice, type SimilarNames, spellingsText, visible } from '#shared/class-names/similar-names';
import { formatCount } from '#shared/text/number';
import { Notice } from '../../../components/notice';

const SHOWN = 6;

/** Asks whether similar class names mean the same class; renders nothing if there are none. */
export function SimilarNamesQuestion(props: {
  readonly groups: readonly SimilarNames[];
  readonly value: NameChoice;
  readonly onChange: (choice: NameChoice) => void;
}) {
  const { groups, value, onChange } = props;
  if (groups.length === 0) return null;
  const more = groups.length - SHOWN;
  const lines = [...groups.slice(0, SHOWN).map(spellingsText), ...(more > 0 ? [`and ${formatCount(more)} more`] : [])];
  return (
    <Stack gap={6} role="group" aria-label="Similar class names">
      <Notice tone="warning" title="Are these names the same class?" lines={lines} />
      <Radio.Group
        aria-label="Similar class names"
        {...(value === 'ask' ? { 'data-open-question': true } : {})}
        value={value === 'ask' ? null : value}
        onChange={(choice) => onChange(choice as NameChoice)}
      >
        <Stack gap={6}>
          <Radio
            value="merge"
            label={
              groups.length === 1
                ? `Yes, use “${visible(groups[0]?.name ?? '')}”`
                : 'Yes, use the first name in each line'
            }
          />
          <Radio value="keep" label="No, keep separate classes" />
        </Stack>
      </Radio.Group>
      {value === 'ask' && (
        <Text size="xs" c="var(--fovea-warning-text)">
          Choose one to continue.
        </Text>
      )}
    </Stack>
  );
}
