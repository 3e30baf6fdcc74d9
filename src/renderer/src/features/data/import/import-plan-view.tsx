import { Alert, Button, Checkbox, SimpleGrid, Stack } from '@mantine/core';
import { Info, TriangleAlert } from 'lucide-react';
import type { ImportOptions, ImportPlan } from '#shared/models/dataset';
import { formatBytes, formatCount, formatQuantity } from '#shared/text/number';
import type { Grant } from '../../../bridge/bridge';
import { DialogFooter } from '../../../components/dialog-footer';
import { useInvalidFields } from '../../../components/invalid-fields';
import { Stat } from '../../../components/stat';
import { QuestionLink } from '../label-table/question-link';
import { FrameSelect } from './frame-select';
import { ImportLabels } from './import-labels';
import { ImportPatients } from './import-patients';
import { SkippedFiles } from './skipped-files';
import { useImportChoices } from './use-import-choices';

export interface ImportPlanViewProps {
  readonly project: string;
  readonly plan: ImportPlan;
  readonly onImport: (options: ImportOptions, labels: Grant | null) => void;
  readonly onCancel: () => void;
}

/** Preview of an import, with its options. Nothing is written before the person confirms. */
export function ImportPlanView({ project, plan, onImport, onCancel }: ImportPlanViewProps) {
  const invalid = useInvalidFields();
  const choices = useImportChoices(project, plan);
  const { options, change, table } = choices;
  const newFiles = plan.files - plan.alreadyKnown;
  // Imported files may have frames that are not imported yet.
  const nothingNew = options.frames.kind === 'first' ? newFiles === 0 : plan.files === 0;
  return (
    <Stack gap="md">
      <PlanFacts plan={plan} />

      {plan.files > 0 && (
        <>
          <ImportLabels plan={plan} choices={choices} />
          <ImportPatients files={plan.files} choices={choices} />
          {(plan.kinds['dicom'] ?? 0) > 0 && (
            <FrameSelect value={options.frames} onChange={(frames) => change({ frames })} />
          )}
          <Checkbox
            label="Copy the files into the project folder"
            description="Otherwise the project uses them where they are now."
            checked={options.copy}
            onChange={(event) => change({ copy: event.currentTarget.checked })}
          />
        </>
      )}

      {plan.ignored.length > 0 && <SkippedFiles title="Skipped files" files={plan.ignored} />}

      <DialogFooter note={choices.isQuestionOpen && <QuestionLink />}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          data-autofocus
          disabled={nothingNew || !choices.isReady || invalid.length > 0}
          onClick={() => onImport(options, table)}
        >
          {nothingNew
            ? 'Nothing new to import'
            : options.frames.kind === 'first'
              ? `Import ${formatQuantity(newFiles, 'image')}`
              : `Import ${formatQuantity(plan.files, 'file')}`}
        </Button>
      </DialogFooter>
    </Stack>
  );
}

/** Facts from the scan. */
function PlanFacts({ plan }: { readonly plan: ImportPlan }) {
  return (
    <>
      <SimpleGrid cols={4}>
        <Stat label="Image files" value={formatCount(plan.files)} detail={kindsText(plan.kinds)} />
        <Stat label="Size" value={formatBytes(plan.bytes)} />
        <Stat
          label="Already imported"
          value={formatCount(plan.alreadyKnown)}
          {...detailIf(plan.alreadyKnown, 'skipped')}
        />
        <Stat
          label="Skipped"
          value={formatCount(plan.ignored.length)}
          {...detailIf(plan.ignored.length, 'see below')}
        />
      </SimpleGrid>

      {plan.warnings.map((warning) => (
        <Alert key={warning} color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
          {warning}
        </Alert>
      ))}

      {plan.information?.map((note) => (
        <Alert key={note} variant="light" icon={<Info size={16} />} p="xs">
          {note}
        </Alert>
      ))}
    </>
  );
}

/** Omits a number's explanation if the number is 0. */
function detailIf(count: number, detail: string): { detail?: string } {
  return count === 0 ? {} : { detail };
}

function kindsText(kinds: Readonly<Record<string, number>>): string {
  const names: Record<string, string> = { dicom: 'DICOM', png: 'PNG', jpeg: 'JPEG' };
  return Object.entries(kinds)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${formatCount(count)} ${names[kind] ?? kind}`)
    .join(', ');
}
