import { SimpleGrid } from '@mantine/core';
import type { ReactNode } from 'react';
import type { EpochRecord, RunSummary } from '#shared/models/run';
import { formatFixed } from '#shared/text/number';
import { SectionCard } from '../../../components/section-card';
import { Stat } from '../../../components/stat';

export interface RunResultProps {
  readonly run: RunSummary;
  readonly epochs: readonly EpochRecord[];
  /** Whether its head was solved at once, without epochs to choose from. */
  readonly isSolved: boolean;
  readonly actions: ReactNode;
}

/** Validation results of a finished run, at the epoch whose model is kept. */
export function RunResult({ run, epochs, isSolved, actions }: RunResultProps) {
  const best = epochs.find(({ epoch }) => epoch === run.best?.epoch);
  if (run.best === null || best === undefined) return null;
  return (
    <SectionCard
      title="Best model"
      actions={actions}
      description={
        run.preset === 'auto'
          ? 'Out-of-fold predictions of the training and validation images, each by a model trained without it. Use Evaluate for intervals and the test set.'
          : `Measured on the validation images${isSolved ? '' : ' after that epoch'}. Use Evaluate for intervals and the test set.`
      }
    >
      <SimpleGrid cols={{ base: 3, lg: 6 }} spacing="sm">
        {!isSolved && <Stat label="Epoch" value={`${best.epoch}`} detail={`of ${run.epochsDone} done`} />}
        <Stat label="Accuracy" value={formatFixed(best.metrics.accuracy)} />
        <Stat label="Macro F1" value={formatFixed(best.metrics.macroF1)} />
        <Stat label="Macro recall" value={formatFixed(best.metrics.macroRecall)} />
        <Stat label="AUC" value={formatFixed(best.metrics.auc)} />
        <Stat
          label="Loss"
          value={formatFixed(best.validationLoss)}
          detail={`training ${formatFixed(best.trainLoss)}`}
        />
      </SimpleGrid>
    </SectionCard>
  );
}
