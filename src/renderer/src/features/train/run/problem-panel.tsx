import { Button, Group, Text } from '@mantine/core';
import { Play, Search, SlidersHorizontal } from 'lucide-react';
import type { Diagnosis, Offer } from '#shared/models/diagnosis';
import { type RunConfig, runConfigSchema } from '#shared/models/run-config';
import { Notice } from '../../../components/notice';
import { EditControls } from '../../../components/read-only';
import { useSelectedRun } from '../../../state/selected-run';
import { useSession } from '../../../state/session';
import { useDrafts } from '../parts/draft-store';
import classes from './problem-panel.module.css';

export interface ProblemPanelProps {
  readonly project: string;
  readonly config: RunConfig;
  readonly diagnosis: Diagnosis;
  /** False if the run continues or has finished. */
  readonly failed: boolean;
  /** Null if the run would only fail again. */
  readonly onResume: (() => void) | null;
}

/** Explains a run's problem and offers fixes, most effective first; each opens the form with the changed settings. */
export function ProblemPanel({ project, config, diagnosis, failed, onResume }: ProblemPanelProps) {
  const select = useSelectedRun((state) => state.select);
  const openAdvanced = useDrafts((state) => state.openAdvanced);
  const go = useSession((state) => state.go);
  const applyOffer = ({ settings }: Offer) => {
    if (settings === null) {
      go('data');
      return;
    }
    openAdvanced(project, runConfigSchema.parse({ ...config, ...settings }));
    select(project, null);
  };
  return (
    <section aria-label="Problem">
      <Notice tone={failed ? 'error' : 'warning'} title={diagnosis.title}>
        <Text>{diagnosis.text}</Text>
        <Text size="xs" fw={600} mt="xs">
          Suggested fixes, in this order
        </Text>
        <ol className={classes['offers']}>
          {diagnosis.offers.map((offer, index) => (
            <li key={offer.title} className={classes['offer']}>
              <Button
                fullWidth
                justify="flex-start"
                variant={index === 0 ? 'filled' : 'default'}
                leftSection={offer.settings === null ? <Search size={14} /> : <SlidersHorizontal size={14} />}
                onClick={() => applyOffer(offer)}
              >
                {offer.title}
              </Button>
              <Text size="xs" c="dimmed">
                {offer.text}
              </Text>
            </li>
          ))}
        </ol>
        {onResume !== null && (
          <Group mt="xs" gap="sm">
            <EditControls>
              <Button variant="default" leftSection={<Play size={14} />} onClick={onResume}>
                Resume
              </Button>
            </EditControls>
            <Text size="xs" c="dimmed">
              Continues from the last checkpoint with the same settings, in case other programs have freed memory.
            </Text>
          </Group>
        )}
      </Notice>
    </section>
  );
}
