import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { Play } from 'lucide-react';
import type { RunPreview } from '#shared/models/run-preview';
import { formatBytes, formatCount, formatFixed, formatMemory, formatParameters } from '#shared/text/number';
import { formatShortDuration } from '#shared/text/time';
import { deviceNames } from '#shared/training/device-names';
import { ScheduleChart } from '../../../charts/schedule-chart';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { Places } from '../../../components/places';
import { EditControls } from '../../../components/read-only';
import { SectionCard } from '../../../components/section-card';
import { SignOffState } from '../../../components/sign-off-state';
import { useCommand } from '../../../state/requests';
import { type DraftConfig, useDrafts } from '../parts/draft-store';
import { PlannedSplit } from '../parts/planned-split';
import layout from '../parts/view.module.css';
import { Checking } from './checking';
import classes from './run-cost-panel.module.css';
import { StageTable } from './stage-table';
import { useRunPreview } from './use-run-preview';

export interface RunCostPanelProps {
  readonly project: string;
  readonly draft: DraftConfig;
  readonly name: string;
  readonly onStarted: (run: string) => void;
}

/** Estimated cost of a run, its problems, and the start button. */
export function RunCostPanel({ project, draft, name, onStarted }: RunCostPanelProps) {
  const { preview, invalid, checking } = useRunPreview(project, draft);
  const rename = useDrafts((state) => state.rename);
  const change = useDrafts((state) => state.change);
  const start = useCommand('runs.start', {
    quiet: true,
    onSuccess: (run) => {
      rename(project, '');
      onStarted(run.id);
    },
  });
  // The preview belongs to other values while fields are invalid.
  const cost = invalid.length > 0 ? undefined : preview.data;
  // While checking, the preview's problems are outdated: the last change may have fixed them.
  const problems = checking ? invalid : [...invalid, ...(cost?.problems ?? [])];
  const blocked = problems.length > 0 || cost === undefined || checking;

  return (
    <aside className={layout['side']} aria-label="Cost of this run">
      <SectionCard title="Before you start">
        <Stack gap="xs">
          <EditControls>
            <Button
              fullWidth
              size="sm"
              leftSection={<Play size={15} />}
              disabled={blocked}
              loading={start.isPending}
              onClick={() =>
                start.mutate({
                  project,
                  config: draft,
                  splitFirst: true,
                  ...(name.trim() === '' ? {} : { name: name.trim() }),
                })
              }
            >
              Start training
            </Button>
          </EditControls>
          {start.isError && <ErrorAlert error={start.error} onClose={start.reset} />}
          {preview.isError && <ErrorAlert error={preview.error} onRetry={() => preview.refetch()} />}
          {problems.length > 0 && (
            <Notice tone="error" title="Fix before training" lines={problems}>
              <Places places={checking ? [] : (cost?.places.problems ?? [])} />
            </Notice>
          )}
          {checking && <Checking />}
          {invalid.length > 0 && (
            <Text size="xs" c="dimmed">
              The estimate returns once these fields are valid.
            </Text>
          )}
          {cost?.leak !== null && cost?.leak !== undefined && (
            <SignOffState project={project} leak={cost.leak} signOff={cost.leak.signOff} brief />
          )}
          {cost?.plannedSplit !== null && cost?.plannedSplit !== undefined && (
            <PlannedSplit split={cost.plannedSplit} />
          )}
          {cost !== undefined && cost.warnings.length > 0 && (
            <Notice tone="warning" title="Good to know" lines={cost.warnings}>
              <Places places={cost.places.warnings} />
            </Notice>
          )}
          {cost !== undefined && cost.backboneNotes.length > 0 && (
            <Notice tone="info" title="About the backbone" lines={cost.backboneNotes} />
          )}
          {cost?.smallerBatch !== null && cost?.smallerBatch !== undefined && (
            <Button
              variant="default"
              fullWidth
              disabled={checking}
              onClick={() => cost.smallerBatch !== null && change(project, cost.smallerBatch)}
            >
              Use batches of {cost.smallerBatch.batchSize} × {cost.smallerBatch.gradientAccumulation}
            </Button>
          )}
          {cost === undefined && invalid.length === 0 && preview.isPending && <Skeleton h={120} />}
          {cost !== undefined && cost.steps > 0 && (
            <Costs cost={cost} effectiveBatch={draft.batchSize * draft.gradientAccumulation} />
          )}
        </Stack>
      </SectionCard>
      {cost !== undefined && <StageTable stages={cost.stages} />}
      {cost !== undefined && cost.schedule.length > 1 && (
        <ScheduleChart
          schedule={cost.schedule}
          stages={cost.stages}
          {...(cost.config.schedule === 'plateau'
            ? { note: 'Drops depend on the validation loss and cannot be shown in advance.' }
            : {})}
        />
      )}
      {cost?.classWeights !== null && cost?.classWeights !== undefined && (
        <SectionCard title="Class weights" description="n / (classes × n of the class), on the training images">
          <table className={classes['weights']}>
            <tbody>
              {cost.classWeights.map(({ label, weight }) => (
                <tr key={label}>
                  <td>{label}</td>
                  <td className="tabular" style={{ textAlign: 'right' }}>
                    {formatFixed(weight)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </SectionCard>
      )}
      {cost?.classDraws !== null && cost?.classDraws !== undefined && <ClassDraws draws={cost.classDraws} />}
    </aside>
  );
}

function ClassDraws({ draws }: { readonly draws: NonNullable<RunPreview['classDraws']> }) {
  const total = draws.reduce((sum, { images }) => sum + images, 0);
  const share = (count: number) => (total === 0 ? '–' : `${formatFixed((100 * count) / total, 1)} %`);
  return (
    <SectionCard title="Class sampling" description="Training images and draws per class in epoch 1">
      <table className={classes['weights']}>
        <thead>
          <tr>
            <th scope="col" style={{ textAlign: 'left' }}>
              Class
            </th>
            <th scope="col" style={{ textAlign: 'right' }}>
              Images
            </th>
            <th scope="col" style={{ textAlign: 'right' }}>
              Drawn
            </th>
          </tr>
        </thead>
        <tbody>
          {draws.map(({ label, images, drawn }) => (
            <tr key={label}>
              <td>{label}</td>
              <td className="tabular" style={{ textAlign: 'right' }}>
                {formatCount(images)} · {share(images)}
              </td>
              <td className="tabular" style={{ textAlign: 'right' }}>
                {formatCount(drawn)} · {share(drawn)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SectionCard>
  );
}

function Costs({ cost, effectiveBatch }: { cost: RunPreview; effectiveBatch: number }) {
  const entries: readonly (readonly [string, string])[] = [
    [
      'Time',
      cost.secondsEstimate === null ? 'Measured during the run' : `about ${formatShortDuration(cost.secondsEstimate)}`,
    ],
    ['Memory', `about ${formatMemory(cost.memoryMB)}`],
    ...(cost.diskBytes > 0 ? [['Disk', `about ${formatBytes(cost.diskBytes)}`] as const] : []),
    ['Device', deviceNames[cost.device]],
    ['Trainable', formatParameters(cost.trainableParameters)],
    ['Parameters', formatParameters(cost.parameters)],
    ['Optimizer steps', formatCount(cost.steps)],
    ['Epochs', formatCount(cost.epochs)],
    ...(cost.stages.some(({ learningRate }) => learningRate > 0)
      ? [['Effective batch', formatCount(effectiveBatch)] as const]
      : []),
  ];
  return (
    <>
      <dl className={classes['numbers']}>
        {entries.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Text size="xs" c="dimmed" mt="xs">
        Uses only training and validation images. The test set stays closed.
      </Text>
    </>
  );
}
