import { Radio, Text, TextInput } from '@mantine/core';
import type { BackboneSummary } from '#shared/models/backbone';
import type { ProjectSummary } from '#shared/models/project';
import { defaultLearningRate, type Preset } from '#shared/models/run-config';
import { defaultHeadLearningRate, fitsAtOnce } from '#shared/training/stages';
import { SectionCard } from '../../components/section-card';
import { useRequest } from '../../state/requests';
import { AdapterSettings } from './adapter-settings';
import { AugmentationSection } from './augmentation-section';
import { BackboneSection } from './backbone-section';
import { DeviceSetting } from './device-setting';
import { type DraftConfig, defaultDraft, useDrafts } from './draft-store';
import { HeadSection } from './head-section';
import { decimalText } from './number-text';
import classes from './preset-card.module.css';
import { presetTexts } from './presets';
import { RateFinder } from './rate-finder';
import { RegularisationSection } from './regularisation-section';
import { RunCostPanel } from './run-cost-panel';
import { ChoiceSetting, DecimalSetting, IntegerSetting, SwitchSetting } from './setting-row';
import layout from './train-screen.module.css';

export interface NewRunFormProps {
  readonly project: ProjectSummary;
  readonly onStarted: (run: string) => void;
}

/** Everything that decides a run, with the guide's values to begin with, and what it would cost. */
export function NewRunForm({ project, onStarted }: NewRunFormProps) {
  const draft = useDrafts((state) => state.drafts[project.id]) ?? defaultDraft;
  const name = useDrafts((state) => state.names[project.id]) ?? '';
  const rename = useDrafts((state) => state.rename);
  const changeDraft = useDrafts((state) => state.change);
  const change = (part: Partial<DraftConfig>) => changeDraft(project.id, part);
  const backbones = useRequest('backbones.list', {});
  const backbone = backbones.data?.backbones.find((candidate) => candidate.name === draft.backbone);

  return (
    <form className={layout['form']} aria-label="New run" onSubmit={(event) => event.preventDefault()}>
      <div className={layout['formMain']}>
        <SectionCard title="Preset">
          <Radio.Group
            aria-label="Preset"
            value={draft.preset}
            onChange={(value) => change({ preset: value as Preset })}
          >
            <div className={classes['cards']}>
              {presetTexts.map((card) => (
                <Radio.Card key={card.value} value={card.value} className={classes['card']} aria-label={card.title}>
                  <Radio.Indicator size="xs" />
                  <span>
                    <Text fw={600} span display="block">
                      {card.title}
                    </Text>
                    <Text size="xs" c="dimmed" span>
                      {card.text}
                    </Text>
                  </span>
                </Radio.Card>
              ))}
            </div>
          </Radio.Group>
        </SectionCard>
        <BackboneSection
          list={backbones}
          value={draft.backbone}
          // Another backbone has patches of its own: a size that fitted the old one may not fit it.
          onChange={(value) => change({ backbone: value, imageSize: null })}
          imageSize={draft.imageSize}
          onImageSize={(imageSize) => change({ imageSize })}
        />
        <div className={layout['groups']}>
          <StepSettings project={project.id} draft={draft} change={change} backbone={backbone} />
          <OutcomeSettings draft={draft} change={change} />
          <RegularisationSection draft={draft} change={change} />
          <HeadSection draft={draft} change={change} />
        </div>
        <AugmentationSection
          project={project.id}
          preset={draft.preset}
          featureViews={draft.featureViews}
          value={draft.augmentation}
          onChange={(augmentation) => change({ augmentation })}
        />
        <SectionCard title="Name" description="Optional. Without one, Fovea names the run after its backbone and time.">
          <TextInput
            aria-label="Run name"
            maxLength={120}
            value={name}
            placeholder="e.g. First try with flips off"
            onChange={(event) => rename(project.id, event.currentTarget.value)}
          />
        </SectionCard>
      </div>
      <RunCostPanel project={project.id} draft={draft} name={name} onStarted={onStarted} />
    </form>
  );
}

interface GroupProps {
  readonly draft: DraftConfig;
  readonly change: (part: Partial<DraftConfig>) => void;
}

interface StepSettingsProps extends GroupProps {
  readonly project: string;
  readonly backbone: BackboneSummary | undefined;
}

function StepSettings({ project, draft, change, backbone }: StepSettingsProps) {
  const automatic = defaultLearningRate(draft.preset, backbone?.pretrained ?? false, draft.optimizer);
  const automaticHead = defaultHeadLearningRate(draft.optimizer);
  const headFirst = draft.headSolver !== 'logistic' && (draft.preset === 'careful' || draft.preset === 'gradual');
  const batchSize = (
    <IntegerSetting
      label="Batch size"
      help="Images at a time. Less needs less memory."
      value={draft.batchSize}
      min={1}
      max={1024}
      onChange={(value) => change({ batchSize: value })}
    />
  );
  if (fitsAtOnce(draft)) {
    return (
      <SectionCard title="Steps and learning rate" description="None: the logistic regression is solved at once.">
        {batchSize}
      </SectionCard>
    );
  }
  return (
    <SectionCard title="Steps and learning rate">
      {draft.preset === 'careful' && headFirst && (
        <IntegerSetting
          label="Head epochs"
          help="Epochs of the head alone, before all layers train."
          value={draft.headEpochs}
          min={1}
          max={10_000}
          onChange={(headEpochs) => change({ headEpochs })}
        />
      )}
      {draft.preset === 'gradual' ? (
        <IntegerSetting
          label="Epochs a stage"
          help={`Times that every training image is seen in each of the ${headFirst ? 'three stages' : 'two stages after the head'}.`}
          value={draft.stageEpochs}
          min={1}
          max={10_000}
          onChange={(stageEpochs) => change({ stageEpochs })}
        />
      ) : (
        <IntegerSetting
          label="Epochs"
          help="Times that every training image is seen."
          value={draft.epochs}
          min={1}
          max={10_000}
          onChange={(epochs) => change({ epochs })}
        />
      )}
      {draft.preset === 'lora' && <AdapterSettings draft={draft} change={change} />}
      {batchSize}
      <IntegerSetting
        label="Gradient accumulation"
        help={
          <>
            Batches to one step: effective batch{' '}
            <b className="tabular">{draft.batchSize * draft.gradientAccumulation}</b>.
          </>
        }
        value={draft.gradientAccumulation}
        min={1}
        max={1024}
        onChange={(gradientAccumulation) => change({ gradientAccumulation })}
      />
      <DecimalSetting
        label="Learning rate"
        help={`Highest step size. Empty: ${decimalText(automatic)}, fit for this preset and backbone.`}
        value={draft.learningRate}
        placeholder={`Auto: ${decimalText(automatic)}`}
        check={(value) => (value > 0 ? null : 'Must be above 0')}
        onChange={(learningRate) => change({ learningRate })}
      />
      <RateFinder project={project} draft={draft} onUse={(learningRate) => change({ learningRate })} />
      {headFirst && (
        <DecimalSetting
          label="Head's learning rate"
          help={`Of the stage that trains the head alone. Empty: ${decimalText(automaticHead)}.`}
          value={draft.headLearningRate}
          placeholder={`Auto: ${decimalText(automaticHead)}`}
          check={(value) => (value > 0 ? null : 'Must be above 0')}
          onChange={(headLearningRate) => change({ headLearningRate })}
        />
      )}
      {draft.preset !== 'quick' && (
        <DecimalSetting
          label="Layer decay"
          help="Each layer learns at this share of the rate of the one above it; 1 = all alike."
          value={draft.layerDecay}
          check={(value) => (value > 0 && value <= 1 ? null : 'Above 0, up to 1')}
          onChange={(value) => change({ layerDecay: value ?? 1 })}
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
          help="Epochs from one drop of the learning rate to the next."
          value={draft.stepEpochs}
          min={1}
          max={10_000}
          onChange={(stepEpochs) => change({ stepEpochs })}
        />
      )}
      {draft.schedule === 'plateau' && (
        <IntegerSetting
          label="Plateau patience"
          help="Epochs without a lower validation loss that pass before a drop."
          value={draft.plateauPatience}
          min={0}
          max={10_000}
          onChange={(plateauPatience) => change({ plateauPatience })}
        />
      )}
      {(draft.schedule === 'step' || draft.schedule === 'plateau') && (
        <DecimalSetting
          label="Drop to"
          help="Share of the learning rate that a drop leaves."
          value={draft.scheduleFactor}
          check={(value) => (value > 0 && value <= 1 ? null : 'Above 0, up to 1')}
          onChange={(value) => change({ scheduleFactor: value ?? 0.1 })}
        />
      )}
      <DecimalSetting
        label="Warm-up"
        help="Share of all steps in which the learning rate rises."
        value={draft.warmupRatio}
        check={(value) => (value >= 0 && value <= 1 ? null : 'From 0 to 1')}
        onChange={(value) => change({ warmupRatio: value ?? 0 })}
        disabled={draft.warmupSteps !== null}
      />
      <DecimalSetting
        label="Warm-up steps"
        help="The same as a number of optimizer steps. Empty: by the share."
        value={draft.warmupSteps}
        placeholder="By the share"
        check={(value) => (Number.isInteger(value) && value >= 0 && value <= 10_000_000 ? null : 'A whole number')}
        onChange={(warmupSteps) => change({ warmupSteps })}
      />
      <ChoiceSetting
        label="Optimizer"
        help="AdamW suits transformers; SGD wants larger learning rates."
        value={draft.optimizer}
        choices={[
          { value: 'adamw', label: 'AdamW' },
          { value: 'sgd', label: 'SGD with momentum' },
        ]}
        onChange={(optimizer) => change({ optimizer })}
      />
      {draft.optimizer === 'sgd' && (
        <DecimalSetting
          label="Momentum"
          help="Share of the last step that the next one keeps."
          value={draft.momentum}
          check={(value) => (value >= 0 && value <= 0.9999 ? null : 'From 0 to 0.9999')}
          onChange={(value) => change({ momentum: value ?? 0.9 })}
        />
      )}
      <DecimalSetting
        label="Weight decay"
        help="Pulls weights towards 0; never biases and norms."
        value={draft.weightDecay}
        check={(value) => (value >= 0 ? null : 'Must not be below 0')}
        onChange={(value) => change({ weightDecay: value ?? 0 })}
      />
      <DecimalSetting
        label="Gradient clip"
        help="Longest gradient that a step may take."
        value={draft.maxGradientNorm}
        check={(value) => (value > 0 ? null : 'Must be above 0')}
        onChange={(value) => change({ maxGradientNorm: value ?? 1 })}
      />
    </SectionCard>
  );
}

function OutcomeSettings({ draft, change }: GroupProps) {
  const inEpochs = !fitsAtOnce(draft);
  return (
    <SectionCard title="Goal and loss">
      <ChoiceSetting
        label="Best model by"
        help="The validation metric that picks the epoch to keep."
        value={draft.bestMetric}
        choices={[
          { value: 'accuracy', label: 'Accuracy' },
          { value: 'macroF1', label: 'Macro F1' },
          { value: 'auc', label: 'Macro AUC' },
          { value: 'loss', label: 'Loss' },
        ]}
        onChange={(bestMetric) => change({ bestMetric })}
      />
      {inEpochs && (
        <SwitchSetting
          label="Early stopping"
          help="Ends the run when that metric no longer gets better."
          value={draft.earlyStoppingPatience !== null}
          onChange={(on) => change({ earlyStoppingPatience: on ? 5 : null })}
        />
      )}
      {inEpochs && draft.earlyStoppingPatience !== null && (
        <IntegerSetting
          label="Patience"
          help="Epochs without a better value before the end."
          value={draft.earlyStoppingPatience}
          min={1}
          max={10_000}
          onChange={(earlyStoppingPatience) => change({ earlyStoppingPatience })}
        />
      )}
      {inEpochs && draft.earlyStoppingPatience !== null && (
        <DecimalSetting
          label="Smallest gain"
          help="What the metric must gain to count as better."
          value={draft.earlyStoppingDelta}
          check={(value) => (value >= 0 ? null : 'Must not be below 0')}
          onChange={(value) => change({ earlyStoppingDelta: value ?? 0 })}
        />
      )}
      <ChoiceSetting
        label="Class balance"
        help="Rare classes count more in the loss, or are drawn more often."
        value={draft.classBalance}
        choices={[
          { value: 'none', label: 'None' },
          { value: 'weighted-loss', label: 'Weighted loss' },
          { value: 'weighted-sampler', label: 'Weighted sampler' },
        ]}
        onChange={(classBalance) => change({ classBalance })}
      />
      {inEpochs && (
        <DecimalSetting
          label="Weight averaging"
          help="Decay of a moving average of the weights, which becomes the model; try 0.999. Empty: none."
          value={draft.emaDecay}
          placeholder="Off"
          check={(value) => (value > 0 && value < 1 ? null : 'Above 0, below 1')}
          onChange={(emaDecay) => change({ emaDecay })}
        />
      )}
      <IntegerSetting
        label="Seed"
        help="The same seed, data and settings repeat the run."
        value={draft.seed}
        min={0}
        max={0xffffffff}
        onChange={(seed) => change({ seed })}
      />
      <DeviceSetting value={draft.device} onChange={(device) => change({ device })} />
      {inEpochs && (
        <IntegerSetting
          label="Log every"
          help="Optimizer steps between two points of the charts."
          value={draft.logEverySteps}
          min={1}
          max={10_000}
          onChange={(logEverySteps) => change({ logEverySteps })}
        />
      )}
      <IntegerSetting
        label="Test-time views"
        help="Augmented views averaged into each answer of Evaluate and Predict; 0 = off."
        value={draft.testTimeViews}
        min={0}
        max={64}
        onChange={(testTimeViews) => change({ testTimeViews })}
      />
      <IntegerSetting
        label="Evaluation batch"
        help="Images at a time when checking on validation."
        value={draft.evaluationBatchSize}
        min={1}
        max={1024}
        onChange={(evaluationBatchSize) => change({ evaluationBatchSize })}
      />
    </SectionCard>
  );
}
