import { Radio, Text, TextInput } from '@mantine/core';
import type { ProjectSummary } from '#shared/models/project';
import type { Preset } from '#shared/models/run-config';
import { isLogisticRegression } from '#shared/training/stages';
import { SectionCard } from '../../../components/section-card';
import { useRequest } from '../../../state/requests';
import { type DraftConfig, defaultDraft, useDrafts } from '../parts/draft-store';
import { presetTexts } from '../parts/presets';
import layout from '../parts/view.module.css';
import { AugmentationSection } from './augmentation-section';
import { BackboneSection } from './backbone-section';
import { GoalSection } from './goal-section';
import { HeadSection } from './head-section';
import { ImageSection } from './image-section';
import { MachineSection } from './machine-section';
import { ModelInputSection } from './model-input-section';
import { OptimizerSection } from './optimizer-section';
import classes from './preset-card.module.css';
import { RateSection } from './rate-section';
import { RegularisationSection } from './regularisation-section';
import { RunCostPanel } from './run-cost-panel';
import { StepsSection } from './steps-section';
import { useRunPreview } from './use-run-preview';

export interface NewRunFormProps {
  readonly project: ProjectSummary;
  readonly onStarted: (run: string) => void;
}

/** All settings of a run, starting from the guide's values, with its estimated cost. */
export function NewRunForm({ project, onStarted }: NewRunFormProps) {
  const draft = useDrafts((state) => state.drafts[project.id]) ?? defaultDraft;
  const name = useDrafts((state) => state.names[project.id]) ?? '';
  const rename = useDrafts((state) => state.rename);
  const changeDraft = useDrafts((state) => state.change);
  const change = (changes: Partial<DraftConfig>) => changeDraft(project.id, changes);
  const { preview } = useRunPreview(project.id, draft);
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
          // The image size may not be divisible by another backbone's patch size.
          onChange={(value) => change({ backbone: value, imageSize: null })}
          imageSize={draft.imageSize}
          onImageSize={(imageSize) => change({ imageSize })}
        />
        <ModelInputSection
          project={project.id}
          draft={draft}
          change={change}
          input={preview.data === undefined ? undefined : preview.data.input}
        />
        <div className={layout['groups']}>
          <StepsSection draft={draft} change={change} />
          <GoalSection draft={draft} change={change} />
          {!isLogisticRegression(draft) && (
            <RateSection
              project={project.id}
              draft={draft}
              change={change}
              pretrained={backbone?.pretrained ?? false}
            />
          )}
          <div className={layout['folded']}>
            <HeadSection draft={draft} change={change} />
            {!isLogisticRegression(draft) && <OptimizerSection draft={draft} change={change} />}
            <ImageSection project={project.id} draft={draft} change={change} />
            <RegularisationSection draft={draft} change={change} />
            <MachineSection draft={draft} change={change} />
          </div>
        </div>
        <AugmentationSection
          project={project.id}
          preset={draft.preset}
          featureViews={draft.featureViews}
          value={draft.augmentation}
          pipeline={preview.data?.input?.pipeline ?? null}
          onChange={(augmentation) => change({ augmentation })}
        />
        <SectionCard title="Name" description="Optional. By default, a run is named after its backbone and start time.">
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
