import { Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { type RunCardKind, runCardKinds } from '#shared/models/run-card';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { Places } from '../../../components/places';
import { SignOffState } from '../../../components/sign-off-state';
import { useCommand, useRequest } from '../../../state/requests';
import { useDrafts } from '../parts/draft-store';
import { PlannedSplit } from '../parts/planned-split';
import { RunCardView } from './run-card-view';
import classes from './run-cards.module.css';

export interface RunCardsPanelProps {
  readonly project: string;
  readonly onStarted: (run: string) => void;
  readonly onGetWeights: () => void;
}

/** Ready-made runs for the project's images on this computer, each with its cost and a start button. */
export function RunCardsPanel({ project, onStarted, onGetWeights }: RunCardsPanelProps) {
  const request = useRequest('runs.cards', { project }, { keepPrevious: true });
  const openAdvanced = useDrafts((state) => state.openAdvanced);
  const [starting, setStarting] = useState<RunCardKind | null>(null);
  const start = useCommand('runs.start', { quiet: true, onSuccess: (run) => onStarted(run.id) });
  const { data } = request;
  if (request.isError) {
    return (
      <div className={classes['page']}>
        <ErrorAlert error={request.error} onRetry={() => request.refetch()} />
      </div>
    );
  }
  if (data === undefined) {
    return (
      <div className={classes['page']} aria-busy="true" role="status" aria-label="Measuring this computer">
        <div className={classes['cards']}>
          {runCardKinds.map((kind) => (
            <Skeleton key={kind} h={260} />
          ))}
        </div>
        <Text size="xs" c="dimmed">
          Measuring this computer and choosing settings…
        </Text>
      </div>
    );
  }
  const blocked = data.problems.length > 0 ? data.problems.join(' ') : null;
  const first = data.cards.find(({ offer }) => offer !== null)?.kind ?? null;
  return (
    <div className={classes['page']}>
      {start.isError && <ErrorAlert error={start.error} onClose={start.reset} />}
      {data.problems.length > 0 && (
        <Notice tone="error" title="Fix before training" lines={data.problems}>
          <Places places={data.places.problems} />
        </Notice>
      )}
      {data.leak !== null && <SignOffState project={project} leak={data.leak} signOff={data.leak.signOff} brief />}
      <div className={classes['cards']}>
        {data.cards.map((card) => (
          <RunCardView
            key={card.kind}
            card={card}
            isFirst={card.kind === first}
            blocked={blocked}
            isStarting={start.isPending && starting === card.kind}
            onStart={(offer) => {
              setStarting(card.kind);
              start.mutate({ project, config: offer.config, splitFirst: true });
            }}
            onAdvanced={(offer) => openAdvanced(project, offer?.config ?? null)}
            onGetWeights={onGetWeights}
          />
        ))}
      </div>
      {data.plannedSplit !== null && <PlannedSplit split={data.plannedSplit} />}
      {data.warnings.length > 0 && (
        <Notice tone="warning" title="Good to know" lines={data.warnings}>
          <Places places={data.places.warnings} />
        </Notice>
      )}
      <Text size="xs" c="dimmed">
        Only training and validation images are used. The test set stays closed.
      </Text>
    </div>
  );
}
