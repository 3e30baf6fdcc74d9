import { Button, Group, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { Split, TriangleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { type DatasetSummary, type ImageFilter, splitParts } from '#shared/models/dataset';
import { imagesText, patientsCell } from '#shared/models/patient-count';
import { formatCount, formatQuantity } from '#shared/text/number';
import { formatDate } from '#shared/text/time';
import { Changes } from '../../../components/changes';
import { ClassDot } from '../../../components/class-chip';
import { TableMenu } from '../../../components/table-menu';
import { classColour, splitNames } from '../../../theme/class-colours';
import type { DuplicateFilter } from '../duplicates/duplicate-filter';
import { ReadingAs } from '../readers/reading-as';
import classes from './class-panel.module.css';
import { classWarning, splitCount, toggleFilter, toggleLabel } from './filters';

export interface ClassPanelProps {
  readonly summary: DatasetSummary;
  readonly filter: ImageFilter;
  readonly onFilter: (filter: ImageFilter) => void;
  readonly onEditSplit: () => void;
  readonly onDuplicates: (filter: DuplicateFilter) => void;
}

/** Counts by class, part and modality. Each count narrows the grid when it is clicked. */
export function ClassPanel({ summary, filter, onFilter, onEditSplit, onDuplicates }: ClassPanelProps) {
  const largest = Math.max(1, ...summary.classes.map(({ images }) => images));
  const modalities = Object.entries(summary.modalities).sort(([a], [b]) => a.localeCompare(b));
  const inSplit = splitParts.reduce((sum, part) => sum + splitCount(summary, part), 0);
  return (
    <aside className={classes['panel']} aria-label="Dataset">
      <Section
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
          <Row
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
          <Row
            name="Unlabelled"
            count={summary.unlabelled}
            active={filter.unlabelled === true}
            onClick={() => onFilter(toggleLabel(filter, null))}
            dot={<ClassDot index={-1} />}
          />
        )}
        <ReadingAs />
      </Section>
      <Section title="Split">
        {summary.split !== null &&
          splitParts.map((part) => (
            <Row
              key={part}
              name={splitNames[part]}
              count={splitCount(summary, part)}
              active={filter.split === part}
              onClick={() => onFilter(toggleFilter(filter, 'split', part))}
            />
          ))}
        {summary.split !== null && summary.images > inSplit && (
          <Row
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
            <Text size="xs">
              {formatQuantity(summary.split.patientsAcrossSplits, 'patient')} in more than one split
            </Text>
          </Group>
        )}
        <Changes>
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
        </Changes>
      </Section>
      <Section title="Duplicates">
        <Row
          name={summary.duplicates.kept > 0 ? 'To review' : 'Similar images'}
          count={summary.duplicates.groups - summary.duplicates.kept}
          onClick={() => onDuplicates('open')}
          hint={`${formatQuantity(summary.duplicates.images, 'image')} in ${formatQuantity(summary.duplicates.groups, 'group')}: compare side by side`}
        />
        {summary.duplicates.conflicts > 0 && (
          <Row
            name="Labels differ"
            count={summary.duplicates.conflicts}
            onClick={() => onDuplicates('conflicts')}
            warning="Similar images with different labels"
          />
        )}
        {summary.duplicates.suspected > 0 && (
          <Row
            name="Possible duplicates"
            count={summary.duplicates.suspected}
            onClick={() => onDuplicates('suspected')}
            hint="Copies suggested by a backbone and supported by pixel comparison; please confirm or reject them"
          />
        )}
        {summary.duplicates.leaks > 0 && (
          <Row
            name="Across splits"
            count={summary.duplicates.leaks}
            onClick={() => onDuplicates('leaks')}
            warning="Similar images are in more than one split. This blocks training."
          />
        )}
      </Section>
      {modalities.length > 1 && (
        <Section title="Modality">
          {modalities.map(([modality, count]) => (
            <Row
              key={modality}
              name={modality}
              count={count}
              active={filter.modality === modality}
              onClick={() => onFilter(toggleFilter(filter, 'modality', modality))}
            />
          ))}
        </Section>
      )}
      {summary.version !== null && <VersionLine version={summary.version} />}
    </aside>
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

function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes['section']}>
      <Group justify="space-between" h={24} px={8} wrap="nowrap">
        <Text id={id} size="xs" fw={600} c="dimmed">
          {title}
        </Text>
        {action}
      </Group>
      {children}
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly count: number;
  /** Left out where the row opens something instead of narrowing the grid. */
  readonly active?: boolean;
  readonly onClick: () => void;
  readonly dot?: ReactNode;
  readonly bar?: { readonly share: number; readonly colour: string };
  readonly hint?: string;
  readonly warning?: string | null;
  readonly strong?: boolean;
}

function Row({ name, count, active, onClick, dot, bar, hint, warning = null, strong = false }: RowProps) {
  return (
    <UnstyledButton className={classes['row']} aria-pressed={active} onClick={onClick} title={hint}>
      {dot}
      <span className={classes['name']}>{name}</span>
      {warning !== null && (
        <Tooltip label={warning}>
          <TriangleAlert
            size={13}
            role="img"
            aria-label={warning}
            color={strong ? 'var(--mantine-color-error)' : 'var(--fovea-warning-text)'}
          />
        </Tooltip>
      )}
      <span className={classes['count']}>{formatCount(count)}</span>
      {bar !== undefined && (
        <span className={classes['bar']} aria-hidden>
          <span style={{ width: `${Math.max(1, bar.share * 100)}%`, background: bar.colour }} />
        </span>
      )}
    </UnstyledButton>
  );
}
