import { defaultLearningRate } from '#shared/models/run-config';
import { learningRateProblem } from '#shared/training/learning-rate-bound';
import { defaultHeadLearningRate } from '#shared/training/stages';
import { decimalText } from '../../../components/number-text';
import { SectionCard } from '../../../components/section-card';
import type { SettingsProps } from '../parts/draft-store';
import { RateFinder } from './rate-finder';
import { ChoiceSetting, DecimalSetting, IntegerSetting } from './setting-row';

export interface RateSectionProps extends SettingsProps {
  readonly project: string;
  /** Of the backbone; determines the automatic rate. */
  readonly pretrained: boolean;
}

/** Learning rate and its schedule. */
export function RateSection({ project, draft, change, pretrained }: RateSectionProps) {
  const automatic = defaultLearningRate(draft.preset, pretrained, draft.optimizer);
  const automaticHead = defaultHeadLearningRate(draft.optimizer);
  const headFirst = draft.headSolver !== 'logistic' && (draft.preset === 'careful' || draft.preset === 'gradual');
  return (
    <SectionCard title="Learning rate">
      <DecimalSetting
        label="Learning rate"
        help={`Peak learning rate. Default for this preset and backbone: ${decimalText(automatic)}.`}
        value={draft.learningRate}
        placeholder={`Auto: ${decimalText(automatic)}`}
        check={learningRateProblem}
        onChange={(learningRate) => change({ learningRate })}
      />
      <RateFinder project={project} draft={draft} onUse={(learningRate) => change({ learningRate })} />
      {headFirst && (
        <DecimalSetting
          label="Head learning rate"
          help={`For the stage that trains only the head. Default: ${decimalText(automaticHead)}.`}
          value={draft.headLearningRate}
          placeholder={`Auto: ${decimalText(automaticHead)}`}
          check={learningRateProblem}
          onChange={(headLearningRate) => change({ headLearningRate })}
        />
      )}
      <ChoiceSetting
        label="Schedule"
        help="How the learning rate falls after the warm-up."
        value={draft.schedule}
        choices={[
          { value: 'cosine', label: 'Cosine' },
          { value: 'linear', label: 'Linear' },
          { value: 'constant', label: 'Constant' },
          { value: 'step', label: 'Step' },
          { value: 'plateau', label: 'On plateau' },
        ]}
        onChange={(schedule) => change({ schedule })}
      />
      {draft.schedule === 'step' && (
        <IntegerSetting
          label="Drop every"
          help="Epochs between drops of the learning rate."
          value={draft.stepEpochs}
          min={1}
          max={10_000}
          onChange={(stepEpochs) => change({ stepEpochs })}
        />
      )}
      {draft.schedule === 'plateau' && (
        <IntegerSetting
          label="Plateau patience"
          help="Epochs without a lower validation loss before a drop."
          value={draft.plateauPatience}
          min={0}
          max={10_000}
          onChange={(plateauPatience) => change({ plateauPatience })}
        />
      )}
      {(draft.schedule === 'step' || draft.schedule === 'plateau') && (
        <DecimalSetting
          label="Drop to"
          help="Share of the learning rate left after a drop."
          value={draft.scheduleFactor}
          check={(value) => (value > 0 && value <= 1 ? null : 'Above 0, up to 1')}
          onChange={(value) => change({ scheduleFactor: value ?? 0.1 })}
        />
      )}
      <DecimalSetting
        label="Warm-up"
        help="Share of all steps during which the learning rate rises."
        value={draft.warmupRatio}
        check={(value) => (value >= 0 && value <= 1 ? null : 'From 0 to 1')}
        onChange={(value) => change({ warmupRatio: value ?? 0 })}
        disabled={draft.warmupSteps !== null}
      />
      <DecimalSetting
        label="Warm-up steps"
        help="Warm-up as a number of optimizer steps. Empty: use the share above."
        value={draft.warmupSteps}
        placeholder="From share"
        check={(value) => (Number.isInteger(value) && value >= 0 && value <= 10_000_000 ? null : 'A whole number')}
        onChange={(warmupSteps) => change({ warmupSteps })}
      />
    </SectionCard>
  );
}
