import { Button, Group, Text } from '@mantine/core';
import { Split, TriangleAlert } from 'lucide-react';
import { type DatasetSummary, type ImageFilter, splitNames } from '#shared/models/dataset';
import { imagesText, patientsCell } from '#shared/models/patient-count';
import { formatQuantity } from '#shared/text/number';
import { formatDate } from '#shared/text/time';
import { ClassDot } from '../../../components/class-chip';
import { EditControls } from '../../../components/read-only';
import { TableMenu } from '../../../components/table-menu';
import { classColour, splitTitles } from '../../../theme/class-colours';
import type { DuplicateFilter } from '../duplicates/duplicate-filter';
import { ReadingAs } from '../readers/reading-as';
import classes from './class-panel.module.css';
import { classWarning, splitCount, toggleFilter, toggleLabel } from './filters';
import { PanelRow, PanelSection } from './panel-section';

export interface ClassPanelProps {
  readonly summary: DatasetSummary;
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
  readonly onEditSplit: () => void;
  readonly onDuplicates: (filter: DuplicateFilter) => void;
}

type FilteringProps = Pick<ClassPanelProps, 'summary' | 'filter' | 'onFilter'>;

/** Counts by class, split and modality. Clicking a count filters the grid by it. */
export function ClassPanel({ summary, filter, onFilter, onEditSplit, onDuplicates }: ClassPanelProps) {
  const filtering = { summary, filter, onFilter };
  return (
    <aside className={classes['panel']} aria-label="Dataset">
      <Classes {...filtering} />
      <SplitCounts {...filtering} onEditSplit={onEditSplit} />
      <Duplicates duplicates={summary.duplicates} onDuplicates={onDuplicates} />
      <Modalities {...filtering} />
      {summary.version !== null && <VersionLine version={summary.version} />}
    </aside>
  );
}

function Classes({ summary, filter, onFilter }: FilteringProps) {
  const largest = Math.max(1, ...summary.classes.map(({ images }) => images));
  return (
    <PanelSection
      title="Classes"
      action={
        <TableMenu
          name="Class counts"
          table={() => ({
            columns: ['Class', 'Images', 'Patients'],
            rows: summary.classes.map((one) => [one.label, one.images, patientsCell(one)]),
          })}
        />
      }
    >
      {summary.classes.map(({ label, images, patients, withoutPatient }, index) => (
        <PanelRow
          key={label}
          name={label}
          count={images}
          active={filter.label === label}
          onClick={() => onFilter(toggleLabel(filter, label))}
          dot={<ClassDot index={index} />}
          bar={{ share: images / largest, colour: classColour(index) }}
          hint={`${imagesText(images, { patients, withoutPatient })}${index < 9 ? ` · key ${index + 1}` : ''}`}
          warning={warningText(label, images)}
          strong={classWarning(images) === 'too-few'}
        />
      ))}
      {summary.classes.length === 0 && (
        <Text size="xs" c="dimmed" px={8}>
          No labels yet. Select images, then choose Label.
        </Text>
      )}
      {summary.unlabelled > 0 && (
        <PanelRow
          name="Unlabelled"
          count={summary.unlabelled}
          active={filter.unlabelled === true}
          onClick={() => onFilter(toggleLabel(filter, null))}
          dot={<ClassDot index={-1} />}
        />
      )}
      <ReadingAs />
    </PanelSection>
  );
}

function SplitCounts({
  summary,
  filter,
  onFilter,
  onEditSplit,
}: FilteringProps & Pick<ClassPanelProps, 'onEditSplit'>) {
  const inSplit = splitNames.reduce((sum, split) => sum + splitCount(summary, split), 0);
  return (
    <PanelSection title="Split">
      {summary.split !== null &&
        splitNames.map((split) => (
          <PanelRow
            key={split}
            name={splitTitles[split]}
            count={splitCount(summary, split)}
            active={filter.split === split}
            onClick={() => onFilter(toggleFilter(filter, 'split', split))}
          />
        ))}
      {summary.split !== null && summary.images > inSplit && (
        <PanelRow
          name="No split"
          count={summary.images - inSplit}
          active={filter.split === null}
          onClick={() => onFilter(toggleFilter(filter, 'split', null))}
        />
      )}
      {summary.split === null && (
        <Text size="xs" c="dimmed" px={8} mb={6}>
          Training needs separate validation and test images.
        </Text>
      )}
      {summary.split !== null && summary.split.patientsAcrossSplits > 0 && (
        <Group gap={6} wrap="nowrap" px={8} py={4} align="flex-start">
          <TriangleAlert
            size={14}
            color="var(--fovea-warning-text)"
            style={{ flex: 'none', marginTop: 2 }}
            aria-hidden
          />
          <Text size="xs">{formatQuantity(summary.split.patientsAcrossSplits, 'patient')} in more than one split</Text>
        </Group>
      )}
      <EditControls>
        <Button
          variant={summary.split === null ? 'filled' : 'default'}
          leftSection={<Split size={14} />}
          mx={8}
          mt={6}
          onClick={onEditSplit}
          disabled={summary.images === 0}
        >
          {summary.split === null ? 'Create split' : 'Edit split'}
        </Button>
      </EditControls>
    </PanelSection>
  );
}

function Duplicates(props: {
  readonly duplicates: DatasetSummary['duplicates'];
  readonly onDuplicates: (filter: DuplicateFilter) => void;
}) {
  const { duplicates, onDuplicates } = props;
  return (
    <PanelSection title="Duplicates">
      <PanelRow
        name={duplicates.kept > 0 ? 'To review' : 'Similar images'}
        count={duplicates.groups - duplicates.kept}
        onClick={() => onDuplicates('open')}
        hint={`${formatQuantity(duplicates.images, 'image')} in ${formatQuantity(duplicates.groups, 'group')}: compare side by side`}
      />
      {duplicates.conflicts > 0 && (
        <PanelRow
          name="Labels differ"
          count={duplicates.conflicts}
          onClick={() => onDuplicates('conflicts')}
          warning="Similar images with different labels"
        />
      )}
      {duplicates.suspected > 0 && (
        <PanelRow
          name="Possible duplicates"
          count={duplicates.suspected}
          onClick={() => onDuplicates('suspected')}
          hint="Copies suggested by a backbone and supported by pixel comparison; please confirm or reject them"
        />
      )}
      {duplicates.leaks > 0 && (
        <PanelRow
          name="Across splits"
          count={duplicates.leaks}
          onClick={() => onDuplicates('leaks')}
          warning="Similar images are in more than one split. This blocks training."
        />
      )}
    </PanelSection>
  );
}

function Modalities({ summary, filter, onFilter }: FilteringProps) {
  const modalities = Object.entries(summary.modalities).sort(([a], [b]) => a.localeCompare(b));
  if (modalities.length < 2) return null;
  return (
    <PanelSection title="Modality">
      {modalities.map(([modality, count]) => (
        <PanelRow
          key={modality}
          name={modality}
          count={count}
          active={filter.modality === modality}
          onClick={() => onFilter(toggleFilter(filter, 'modality', modality))}
        />
      ))}
    </PanelSection>
  );
}

function VersionLine({ version }: { readonly version: NonNullable<DatasetSummary['version']> }) {
  const { number, at, images, hash, changed } = version;
  return (
    <Text
      size="xs"
      c="dimmed"
      px={8}
      title={`${formatQuantity(images, 'image')}, ${formatDate(at)}, ${hash.slice(0, 12)}. Each run records the version it was started on.`}
    >
      Dataset version {number}
      {changed && ', modified since'}
    </Text>
  );
}

function warningText(label: string, images: number): string | null {
  switch (classWarning(images)) {
    case 'too-few':
      return `${label}: fewer than 50 images is too few to learn reliably`;
    case 'few':
      return `${label}: fewer than 100 images is few`;
    default:
      return null;
  }
}
