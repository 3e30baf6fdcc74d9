import { Button, Center, Kbd, Loader, SegmentedControl, Text } from '@mantine/core';
import { ArrowLeft, UsersRound, Vote } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { KappaWeights } from '#shared/statistics/agreement';
import { formatCount, formatQuantity } from '#shared/text/number';
import { EmptyState } from '../../../components/empty-state';
import { ErrorAlert } from '../../../components/error-alert';
import { EditControls } from '../../../components/read-only';
import { useRequest } from '../../../state/requests';
import { useDataShortcuts } from '../parts/use-data-shortcuts';
import type { Labelling } from '../parts/use-labelling';
import classes from '../parts/view.module.css';
import { Adjudication } from './adjudication';
import { Agreement } from './agreement';

export interface ReadersViewProps {
  readonly project: string;
  readonly labelling: Labelling;
  readonly onClose: () => void;
}

/** Disagreements between readers, to be adjudicated, and the agreement between them. */
export function ReadersView({ project, labelling, onClose }: ReadersViewProps) {
  const [weights, setWeights] = useState<KappaWeights>('none');
  const answer = useRequest('readers.summary', { project, weights }, { keepPrevious: true });
  const summary = answer.data;
  const [chosen, setChosen] = useState<'adjudicate' | 'agreement' | null>(null);
  // If there is anything to adjudicate at first, that view stays until the end.
  useEffect(() => {
    if (summary === undefined) return;
    setChosen((before) => before ?? (summary.toAdjudicate === 0 ? 'agreement' : 'adjudicate'));
  }, [summary]);
  const shown = chosen ?? 'adjudicate';
  return (
    <section className={classes['view']} aria-label="Readers">
      <div className={classes['bar']}>
        <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={onClose}>
          All images
        </Button>
        <SegmentedControl
          aria-label="Readers view"
          value={shown}
          onChange={setChosen}
          data={[
            {
              value: 'adjudicate',
              label: summary === undefined ? 'To adjudicate' : `To adjudicate ${formatCount(summary.toAdjudicate)}`,
            },
            { value: 'agreement', label: 'Agreement' },
          ]}
        />
        {shown === 'adjudicate' && summary !== undefined && summary.withMajority > 0 && (
          <EditControls>
            <Button
              variant="default"
              leftSection={<Vote size={14} />}
              onClick={() => void labelling.takeMajority()}
              title="For images where more than half of the readings agree. You can undo this."
            >
              Use the majority for {formatQuantity(summary.withMajority, 'image')}
            </Button>
          </EditControls>
        )}
        {shown === 'adjudicate' && (
          <Text size="xs" c="dimmed" visibleFrom="lg" ml="auto" aria-hidden>
            <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> image · <Kbd size="xs">1–9</Kbd> adjudicate ·{' '}
            <Kbd size="xs">Ctrl Z</Kbd> undo
          </Text>
        )}
      </div>
      {answer.isError && <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />}
      {answer.isPending && (
        <Center h="100%">
          <Loader size="sm" aria-label="Loading readings" />
        </Center>
      )}
      {summary !== undefined && summary.readers.length === 0 && (
        <EmptyState
          icon={UsersRound}
          title="No readings yet"
          actions={
            <Button variant="default" onClick={onClose}>
              Back to the images
            </Button>
          }
        >
          Import a label table with a reader column, or choose “Read as…” to record your labels as readings.
        </EmptyState>
      )}
      {summary !== undefined && summary.readers.length > 0 && shown === 'adjudicate' && (
        <Adjudication project={project} summary={summary} labelling={labelling} onClose={onClose} />
      )}
      {summary !== undefined && summary.readers.length > 0 && shown === 'agreement' && (
        <>
          <Agreement project={project} summary={summary} weights={weights} onWeights={setWeights} />
          <UndoKeys labelling={labelling} onClose={onClose} />
        </>
      )}
    </section>
  );
}

/** Ctrl+Z and Escape while there is nothing to label. */
function UndoKeys({ labelling, onClose }: Pick<ReadersViewProps, 'labelling' | 'onClose'>) {
  useDataShortcuts({ onDigit: () => {}, onUndo: labelling.undo, onRemove: () => {}, onEscape: onClose });
  return null;
}
