import {
  ActionIcon,
  Anchor,
  Box,
  Button,
  Group,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core';
import { Eye, MousePointerClick, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { ImageDetail } from '#shared/models/dataset';
import { formatBytes, formatNumber } from '#shared/text/number';
import { invoke } from '../../../bridge/bridge';
import { ClassChip } from '../../../components/class-chip';
import { Dialog } from '../../../components/dialog';
import { EmptyState } from '../../../components/empty-state';
import { ErrorAlert } from '../../../components/error-alert';
import { EditControls } from '../../../components/read-only';
import { useRequest } from '../../../state/requests';
import { showError } from '../../../state/toasts';
import { splitTitles } from '../../../theme/class-colours';
import { useReadingAs } from '../parts/reading-as-store';
import { ImageViewer } from './image-viewer';
import classes from './inspector.module.css';
import { LabelHistory } from './label-history';
import { transferSyntaxName } from './transfer-syntax';
import { type DisplaySettings, defaultDisplay } from './use-viewer';

export interface InspectorProps {
  readonly project: string;
  readonly image: number | null;
  readonly classIndex: ReadonlyMap<string, number>;
  readonly large: boolean;
  readonly onLarge: (large: boolean) => void;
  readonly onClose: () => void;
  readonly onShowPatient: (patient: number) => void;
}

/** One image in detail: pixels, facts, label history, tags. */
export function Inspector(props: InspectorProps) {
  const { project, image, onClose } = props;
  const detail = useRequest('dataset.image', { project, image: image ?? 0 }, { enabled: image !== null });
  return (
    <aside className={classes['inspector']} aria-label="Inspector">
      <Group justify="space-between" wrap="nowrap" className={classes['header']}>
        <Title order={2} size="h3" className={classes['name']} title={detail.data?.path}>
          {image === null ? 'Inspector' : (detail.data?.path.split('/').at(-1) ?? 'Loading…')}
        </Title>
        <ActionIcon aria-label="Close inspector" onClick={onClose}>
          <X size={16} />
        </ActionIcon>
      </Group>
      {image === null && (
        <EmptyState icon={MousePointerClick} title="No image selected">
          Select a thumbnail to see its details and tags.
        </EmptyState>
      )}
      {image !== null && detail.isError && (
        <Box p="sm">
          <ErrorAlert error={detail.error} onRetry={() => detail.refetch()} />
        </Box>
      )}
      {image !== null && detail.isPending && (
        <Stack p="sm" gap="xs" aria-busy="true">
          <Skeleton h={300} />
          <Skeleton h={18} />
          <Skeleton h={18} w="70%" />
        </Stack>
      )}
      {image !== null && detail.data !== undefined && <Details {...props} image={detail.data} />}
    </aside>
  );
}

function Details(props: Omit<InspectorProps, 'image'> & { readonly image: ImageDetail }) {
  const { project, image, classIndex, large, onLarge, onShowPatient } = props;
  const [display, setDisplay] = useState<DisplaySettings>(defaultDisplay);
  // A window belongs to one image; the drag mode is the reader's choice and stays.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the image changes
  useEffect(() => setDisplay((before) => ({ ...defaultDisplay, windowing: before.windowing })), [image.id]);
  const viewer = (
    <ImageViewer
      project={project}
      image={image}
      display={display}
      onDisplay={setDisplay}
      large={large}
      onLarge={onLarge}
    />
  );
  return (
    <div className={classes['scroll']}>
      {!large && viewer}
      <Dialog
        opened={large}
        onClose={() => onLarge(false)}
        fullScreen
        title={image.path}
        transitionProps={{ duration: 0 }}
        classNames={{ content: classes['largeContent'] ?? '', body: classes['largeBody'] ?? '' }}
      >
        {viewer}
      </Dialog>
      <dl className={classes['facts']}>
        <Fact name="Class">
          <ClassChip
            label={image.label ?? 'Unlabelled'}
            index={image.label === null ? -1 : (classIndex.get(image.label) ?? -1)}
          />
        </Fact>
        <Fact name="Split">{image.split === null ? 'No split' : splitTitles[image.split]}</Fact>
        <Fact name="Patient">
          {image.patient === null ? (
            'Unknown'
          ) : (
            <Anchor component="button" type="button" size="xs" onClick={() => onShowPatient(image.patient ?? 0)}>
              {`Patient ${image.patient}`}
            </Anchor>
          )}
        </Fact>
        {image.study !== null && <Fact name="Study">{image.study}</Fact>}
        <Fact name="Size">
          {image.width} × {image.height} px
          {image.frames > 1 ? ` · frame ${(image.frame ?? 0) + 1} of ${image.frames}` : ''}
        </Fact>
        <Fact name="Format">
          {[
            image.kind === 'dicom' ? 'DICOM' : image.kind.toUpperCase(),
            image.modality,
            image.bitsStored === null ? null : `${image.bitsStored} bit`,
            image.photometricInterpretation,
          ]
            .filter((part) => part !== null)
            .join(' · ')}
        </Fact>
        {image.transferSyntax !== null && (
          <Fact name="Transfer syntax">
            <span title={image.transferSyntax}>{transferSyntaxName(image.transferSyntax)}</span>
          </Fact>
        )}
        <Fact name="Values">
          {formatNumber(image.range.min)} to {formatNumber(image.range.max)}
        </Fact>
        <Fact name="File">
          {formatBytes(image.fileBytes)} · <span title={image.hash}>{image.hash.slice(0, 10)}</span>
        </Fact>
        <Fact name="Path">{image.path}</Fact>
        {image.flags.length > 0 && <Fact name="Flags">{image.flags.join(', ')}</Fact>}
      </dl>
      {image.readings.length > 0 && <Readings image={image} />}
      {image.labelHistory.length > 0 && <LabelHistory entries={image.labelHistory} className={classes['section']} />}
      {image.tags.length > 0 && <Tags key={image.id} project={project} image={image} />}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={classes['fact']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Readings by reader. A person who reads sees only their own reading, so that others do not influence them. */
function Readings({ image }: { readonly image: ImageDetail }) {
  const reader = useReadingAs((state) => state.name);
  const shown = reader === null ? image.readings : image.readings.filter((one) => one.reader === reader);
  const hidden = image.readings.length - shown.length;
  return (
    <section className={classes['section']} aria-label="Readings">
      <Title order={3} mb={4}>
        Readings
      </Title>
      <ol className={classes['history']}>
        {shown.map((one) => (
          <li key={one.reader}>
            <Text size="xs" span>
              {one.label}
            </Text>
            <Text size="xs" c="dimmed" span>
              {one.reader}
            </Text>
          </li>
        ))}
      </ol>
      {hidden > 0 && (
        <Text size="xs" c="dimmed">
          {hidden} by other readers, hidden while you read
        </Text>
      )}
    </section>
  );
}

function Tags({ project, image }: { readonly project: string; readonly image: ImageDetail }) {
  const settings = useRequest('settings.get', {});
  const [shown, setShown] = useState<ReadonlyMap<string, string> | null>(null);
  const [query, setQuery] = useState('');
  const always = settings.data?.showIdentifyingTags === true;
  const identifying = image.tags.some((tag) => tag.identifying);
  const reveal = async () => {
    try {
      const { tags } = await invoke('dataset.identifyingTags', { project, image: image.id });
      setShown(new Map(tags.map(({ tag, value }) => [tag, value])));
    } catch (error) {
      showError(error);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each image, if the setting requests it
  useEffect(() => {
    if (always && identifying && shown === null) void reveal();
  }, [always, identifying]);
  const words = query.trim().toLowerCase();
  const tags = image.tags.filter(
    ({ tag, keyword, value, identifying: hidden }) =>
      words === '' || `${tag} ${keyword} ${hidden ? '' : value}`.toLowerCase().includes(words),
  );
  return (
    <section className={classes['section']} aria-label="DICOM tags">
      <Group justify="space-between" mb={6} wrap="nowrap">
        <Title order={3}>DICOM tags</Title>
        {identifying &&
          (shown === null ? (
            <EditControls>
              <Tooltip label="Recorded in the project's audit log" position="bottom-end">
                <Button variant="subtle" size="compact-xs" leftSection={<Eye size={13} />} onClick={reveal}>
                  Show identifying values
                </Button>
              </Tooltip>
            </EditControls>
          ) : (
            <Button variant="subtle" size="compact-xs" onClick={() => setShown(null)}>
              Hide identifying values
            </Button>
          ))}
      </Group>
      <TextInput
        aria-label="Search tags"
        placeholder="Search tags"
        mb={6}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      <Table
        aria-label="DICOM tags"
        layout="fixed"
        fz="xs"
        verticalSpacing={3}
        horizontalSpacing={4}
        className={classes['tags']}
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Tag</Table.Th>
            <Table.Th>Value</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tags.map((tag) => (
            <Table.Tr key={tag.tag}>
              <Table.Td title={`${tag.tag} ${tag.vr}`}>
                <div>{tag.keyword === '' ? 'Private or unknown' : breakable(tag.keyword)}</div>
                <Text c="dimmed" size="xs" fz={10.5} ff="monospace">
                  {tag.tag}
                </Text>
              </Table.Td>
              <Table.Td>
                {tag.identifying && shown === null ? (
                  <Text c="dimmed" size="xs" span aria-label="masked">
                    ••••••
                  </Text>
                ) : tag.identifying ? (
                  (shown?.get(tag.tag) ?? '')
                ) : (
                  tag.value
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** "PatientName" with zero-width spaces where a narrow column may break it. */
function breakable(keyword: string): string {
  return keyword.replace(/([a-z0-9])([A-Z])/g, '$1\u200b$2');
}
