import { Button, Checkbox, Radio, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type DatasetSummary, type SplitName, splitNames } from '#shared/models/dataset';
import {
  type DeidentifiedOptions,
  type DeidentifiedPlan,
  deidentifiedOptionsSchema,
} from '#shared/models/deidentified-export';
import { formatBytes, formatQuantity } from '#shared/text/number';
import { platform } from '../../../bridge/bridge';
import { Dialog } from '../../../components/dialog';
import { DialogFooter } from '../../../components/dialog-footer';
import { ErrorAlert } from '../../../components/error-alert';
import { JobCard } from '../../../components/job-card';
import { Notice } from '../../../components/notice';
import { useJob } from '../../../state/jobs';
import { useRequest } from '../../../state/requests';
import { splitTitles } from '../../../theme/class-colours';
import { DeidentifiedResultView } from './deidentified-result';

export interface DeidentifiedDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly project: string;
  readonly summary: DatasetSummary;
}

/** Exports de-identified copies of the images: options, images to be excluded, progress, result. */
export function DeidentifiedDialog({ opened, onClose, project, summary }: DeidentifiedDialogProps) {
  const [options, setOptions] = useState<DeidentifiedOptions>(() => deidentifiedOptionsSchema.parse({}));
  const work = useJob('exports.deidentify', { project });
  const { running, job, result, error } = work;
  const [finished, setFinished] = useState(true);
  const plan = useRequest('exports.planDeidentified', { project, options }, { enabled: opened, keepPrevious: true });
  const start = () =>
    work.start(async () => {
      const parent = await platform.pickFolder({ title: 'Export location' });
      if (parent === null) return null;
      setFinished(false);
      return { project, options, target: { parent: parent.grant } };
    });
  const shown = finished ? null : result;
  const close = () => {
    // A result is shown once; the dialog opens with the options again.
    if (!running) setFinished(true);
    onClose();
  };
  return (
    <Dialog
      opened={opened}
      onClose={close}
      title={shown === null ? 'Export de-identified images' : 'De-identified export finished'}
      size={shown === null ? 620 : 760}
    >
      {shown !== null ? (
        <DeidentifiedResultView result={shown} onClose={close} />
      ) : running ? (
        <Stack gap="md">
          <JobCard job={job} title="De-identifying files" onCancel={work.cancel} cancelLabel="Cancel export" />
          <DialogFooter>
            <Button variant="default" onClick={close}>
              Continue in the background
            </Button>
          </DialogFooter>
        </Stack>
      ) : (
        <Stack gap="md">
          {error !== null && <ErrorAlert error={error} onClose={work.clearError} />}
          <OptionsForm options={options} onOptions={setOptions} summary={summary} />
          {plan.isError && <ErrorAlert error={plan.error} onRetry={() => plan.refetch()} />}
          {plan.data !== undefined && <PlanNotice plan={plan.data} options={options} onOptions={setOptions} />}
          <DialogFooter>
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button onClick={start} disabled={plan.data === undefined || plan.isFetching || plan.data.files === 0}>
              Choose a folder and export
            </Button>
          </DialogFooter>
        </Stack>
      )}
    </Dialog>
  );
}

interface OptionsProps {
  readonly options: DeidentifiedOptions;
  readonly onOptions: (options: DeidentifiedOptions) => void;
}

function OptionsForm({ options, onOptions, summary }: OptionsProps & { readonly summary: DatasetSummary }) {
  return (
    <Stack gap="sm">
      <Text size="sm">
        Removes names, numbers, dates, private tags and everything else listed in the Basic Profile of DICOM PS3.15 from
        DICOM files, and all metadata from PNG and JPEG files. Patients are numbered. Your original files are not
        changed.
      </Text>
      <Select
        label="Images"
        data={[
          { value: 'all', label: 'All splits' },
          ...(summary.split === null ? [] : splitNames.map((split) => ({ value: split, label: splitTitles[split] }))),
        ]}
        value={options.split ?? 'all'}
        onChange={(value) => onOptions({ ...options, split: splitOf(value) })}
        allowDeselect={false}
      />
      <Checkbox
        label="Only labelled images"
        checked={options.labelledOnly}
        onChange={(event) => onOptions({ ...options, labelledOnly: event.currentTarget.checked })}
      />
      <Radio.Group
        label="Dates"
        value={options.dates}
        onChange={(value) => onOptions({ ...options, dates: value === 'shift' ? 'shift' : 'remove' })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="remove" label="Remove" />
          <Radio
            value="shift"
            label="Shift"
            description="By a secret number of days per patient. Intervals between examinations are preserved."
          />
        </Stack>
      </Radio.Group>
    </Stack>
  );
}

const splitOf = (value: string | null): SplitName | null => splitNames.find((split) => split === value) ?? null;

/** The images that will be excluded, with the option to include them. */
function PlanNotice({ plan, options, onOptions }: OptionsProps & { readonly plan: DeidentifiedPlan }) {
  const { burnedIn, unknown, pictures, detected, rest, files, bytes } = plan;
  const risky = burnedIn + unknown + pictures + detected;
  const included = options.includeRisky ? files : rest;
  return (
    <Stack gap="sm">
      {files === 0 && <Notice tone="info">No images match these options.</Notice>}
      {risky > 0 && (
        <Notice
          tone="warning"
          title={
            options.includeRisky
              ? `${formatQuantity(risky, 'file')} may show a name in the image`
              : `${formatQuantity(risky, 'file')} will be held back`
          }
          lines={[
            ...(burnedIn > 0 ? [`${formatQuantity(burnedIn, 'file')} with text burned into the image`] : []),
            ...(unknown > 0
              ? [
                  `${formatQuantity(unknown, 'DICOM file')} (ultrasound, angiography, captures) that may have text burned into the image`,
                ]
              : []),
            ...(detected > 0 ? [`${formatQuantity(detected, 'other file')} with text detected in the image`] : []),
            ...(pictures > 0
              ? [`${formatQuantity(pictures, 'PNG or JPEG file')}, which cannot declare burned-in text`]
              : []),
          ]}
        >
          <Checkbox
            mt={8}
            label="Include them: I have checked these images"
            checked={options.includeRisky}
            onChange={(event) => onOptions({ ...options, includeRisky: event.currentTarget.checked })}
          />
        </Notice>
      )}
      <Text size="xs" c="dimmed">
        {formatQuantity(included, 'file')} to write, of {formatQuantity(files, 'file')} ({formatBytes(bytes)}). Pixels
        are not changed; each file’s header is checked again when it is written.
      </Text>
    </Stack>
  );
}
