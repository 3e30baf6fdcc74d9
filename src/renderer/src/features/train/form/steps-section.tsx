import { isLogisticRegression } from '#shared/training/stages';
import { SectionCard } from '../../../components/section-card';
import type { SettingsProps } from '../parts/draft-store';
import { AdapterSettings } from './adapter-settings';
import { LastBlocksSettings } from './last-blocks-settings';
import { SearchSettings } from './search-settings';
import { IntegerSetting } from './setting-row';

/** Epochs, batch size and gradient accumulation. */
export function StepsSection({ draft, change }: SettingsProps) {
  const isSolvedDirectly = isLogisticRegression(draft);
  const headFirst = draft.headSolver !== 'logistic' && (draft.preset === 'careful' || draft.preset === 'gradual');
  return (
    <SectionCard
      title="Epochs and batches"
      {...(isSolvedDirectly && draft.preset !== 'auto'
        ? { description: 'No epochs: logistic regression is solved directly.' }
        : {})}
    >
      {draft.preset === 'auto' && <SearchSettings draft={draft} change={change} />}
      {!isSolvedDirectly && <EpochSettings draft={draft} change={change} headFirst={headFirst} />}
      {draft.preset === 'last-blocks' && <LastBlocksSettings draft={draft} change={change} />}
      {draft.preset === 'lora' && <AdapterSettings draft={draft} change={change} />}
      <IntegerSetting
        label="Batch size"
        help="Images per batch. Smaller batches need less memory."
        value={draft.batchSize}
        min={1}
        max={1024}
        onChange={(value) => change({ batchSize: value })}
      />
      {!isSolvedDirectly && (
        <IntegerSetting
          label="Gradient accumulation"
          help={
            <>
              Batches per step. Effective batch:{' '}
              <b className="tabular">{draft.batchSize * draft.gradientAccumulation}</b>.
            </>
          }
          value={draft.gradientAccumulation}
          min={1}
          max={1024}
          onChange={(gradientAccumulation) => change({ gradientAccumulation })}
        />
      )}
    </SectionCard>
  );
}

function EpochSettings({ draft, change, headFirst }: SettingsProps & { readonly headFirst: boolean }) {
  return (
    <>
      {draft.preset === 'careful' && headFirst && (
        <IntegerSetting
          label="Head epochs"
          help="Epochs that train only the head, before all layers train."
          value={draft.headEpochs}
          min={1}
          max={10_000}
          onChange={(headEpochs) => change({ headEpochs })}
        />
      )}
      {draft.preset === 'gradual' ? (
        <IntegerSetting
          label="Epochs per stage"
          help={`Passes over the training images in each of the ${headFirst ? 'three stages' : 'two stages after the head'}.`}
          value={draft.stageEpochs}
          min={1}
          max={10_000}
          onChange={(stageEpochs) => change({ stageEpochs })}
        />
      ) : (
        <IntegerSetting
          label="Epochs"
          help="Passes over the training images."
          value={draft.epochs}
          min={1}
          max={10_000}
          onChange={(epochs) => change({ epochs })}
        />
      )}
    </>
  );
}
