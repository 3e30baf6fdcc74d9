import { Button, Group, Radio, Skeleton, Text } from '@mantine/core';
import { RefreshCw } from 'lucide-react';
import { Fragment } from 'react';
import { type FitChoice, fitChoices } from '#shared/imaging/preparation';
import { filterInWords, fitInWords } from '#shared/imaging/preparation-text';
import { resourcePaths } from '#shared/ipc/resources';
import { type Resample, resampleNames } from '#shared/models/pipeline';
import { augmentationSchema } from '#shared/models/run-config';
import type { RunPreview } from '#shared/models/run-preview';
import { pipelineOf } from '#shared/training/run-pipeline';
import { resourceUrl } from '../../../bridge/bridge';
import { SectionCard } from '../../../components/section-card';
import type { DraftConfig, SettingsProps } from '../parts/draft-store';
import classes from './model-input-section.module.css';
import { PipelineCheck } from './pipeline-check';
import { ChoiceSetting } from './setting-row';
import { useSampleImage } from './use-sample-image';

type Input = NonNullable<RunPreview['input']>;

const fitTexts: Readonly<Record<FitChoice, { readonly title: string; readonly text: string }>> = {
  checkpoint: { title: 'Checkpoint', text: 'As the backbone was trained.' },
  squash: { title: 'Squash', text: 'The whole image; its aspect is not kept.' },
  letterbox: { title: 'Letterbox', text: 'The whole image with its aspect; black bars.' },
  crop: { title: 'Crop', text: 'The square at the centre; the rest is not seen.' },
};

const filterNames: Readonly<Record<Resample, string>> = {
  nearest: 'Nearest',
  lanczos: 'Lanczos',
  bilinear: 'Bilinear',
  bicubic: 'Bicubic',
  box: 'Box',
  hamming: 'Hamming',
};

const offAugmentation = JSON.stringify(augmentationSchema.parse({ enabled: false }));
const threeValues = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join(', ');

/** Rows of the card: what, its value, and whether a person changed it. */
function factsOf({ pipeline }: Input, draft: DraftConfig) {
  const { width, height, mean, std } = pipeline;
  const ownFit = draft.fit === undefined || draft.fit === 'checkpoint';
  return [
    ['Size', `${width} × ${height} px`, draft.imageSize !== null],
    ['Fit', fitInWords(pipeline), !ownFit],
    ['Interpolation', filterInWords(pipeline), draft.interpolation !== undefined],
    ['Mean', threeValues(mean), false],
    ['Standard deviation', threeValues(std), false],
  ] as const;
}

function InputFacts({ input, draft }: { readonly input: Input; readonly draft: DraftConfig }) {
  const own = input.file === null ? 'assumed' : 'from the checkpoint';
  return (
    <dl className={classes['facts']} aria-label="Input of the model">
      {factsOf(input, draft).map(([name, value, changed]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd className={classes['origin']} data-changed={changed || undefined} title={input.file ?? undefined}>
            {changed ? 'changed' : own}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

export interface ModelInputSectionProps extends SettingsProps {
  readonly project: string;
  /** Undefined while it is not known, null if the backbone cannot be read. */
  readonly input: Input | null | undefined;
}

/** What the run gives the network of each image, and the choices of it on the user's own images. */
export function ModelInputSection({ project, draft, change, input }: ModelInputSectionProps) {
  const { image, next } = useSampleImage(project);
  if (input === null) return null;
  const picture = (fit: FitChoice, { checkpoint }: Input, of: number) => {
    const pipeline = pipelineOf({ ...draft, fit }, checkpoint);
    return resourceUrl(resourcePaths.augmented(project, of, 0, offAugmentation, JSON.stringify(pipeline)));
  };
  return (
    <SectionCard
      title="What the model sees"
      description="Training, evaluation, prediction and export all prepare images in this way."
      actions={<PipelineCheck project={project} draft={draft} />}
    >
      <div className={classes['body']}>
        {input === undefined ? <Skeleton h={110} mb={14} /> : <InputFacts input={input} draft={draft} />}
        {image !== null && (
          <Group justify="space-between" mb={6}>
            <Text size="xs" c="dimmed">
              One of your images, by each fit
            </Text>
            <Button variant="default" size="compact-xs" leftSection={<RefreshCw size={12} />} onClick={next}>
              Another image
            </Button>
          </Group>
        )}
        <Radio.Group
          aria-label="Fit"
          value={draft.fit ?? 'checkpoint'}
          onChange={(value) => change({ fit: value === 'checkpoint' ? undefined : (value as FitChoice) })}
        >
          <div className={classes['choices']}>
            {fitChoices.map((fit) => (
              <Radio.Card key={fit} value={fit} className={classes['choice']} aria-label={fitTexts[fit].title}>
                {image !== null && input !== undefined && (
                  <img className={classes['picture']} src={picture(fit, input, image)} alt="" />
                )}
                <span className={classes['label']}>
                  <Radio.Indicator size="xs" />
                  {fitTexts[fit].title}
                </span>
                <Text size="xs" c="dimmed" span>
                  {fitTexts[fit].text}
                </Text>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
        <Group mt="sm" display="block">
          <ChoiceSetting
            label="Interpolation"
            help="Filter that resizes images. A pretrained model expects its own."
            value={draft.interpolation ?? 'checkpoint'}
            choices={[
              {
                value: 'checkpoint',
                label: input === undefined ? 'Auto' : `Auto: ${filterNames[input.checkpoint.resample].toLowerCase()}`,
              },
              ...resampleNames.map((name) => ({ value: name, label: filterNames[name] })),
            ]}
            onChange={(value) => change({ interpolation: value === 'checkpoint' ? undefined : value })}
          />
        </Group>
      </div>
    </SectionCard>
  );
}
