import { Button, Code, Group, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { ArrowLeft, FileText } from 'lucide-react';
import { useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import { type DeidentifiedResult, heldBackText } from '#shared/models/deidentified-export';
import { formatBytes, formatQuantity } from '#shared/text/number';
import { formatRate } from '#shared/text/time';
import { resourceUrl } from '../../../bridge/bridge';
import { DialogFooter } from '../../../components/dialog-footer';
import { Notice } from '../../../components/notice';

/** Maximum number of rows shown; the report has all of them. */
const MAX_ROWS = 200;

/** Files written by an export, and files left out with the reason. */
export function DeidentifiedResultView({
  result,
  onClose,
}: {
  readonly result: DeidentifiedResult;
  readonly onClose: () => void;
}) {
  const { folder, report, written, patients, heldBack, renamedClasses, failed, bytes, filesPerSecond } = result;
  const [reading, setReading] = useState(false);
  const rows = [
    ...heldBack.map((one) => ({ file: one.file, image: one.image, why: heldBackText(one) })),
    ...failed.map(({ file, image, message }) => ({ file, image, why: message })),
  ];
  if (reading) return <Report resource={report} onBack={() => setReading(false)} />;
  return (
    <Stack gap="md">
      <Notice
        tone={written === 0 ? 'warning' : 'success'}
        title={`${formatQuantity(written, 'file')}${patients === null ? '' : ` of ${formatQuantity(patients, 'patient')}`} written${patients === null ? ', patients unknown' : ''}`}
      >
        {formatBytes(bytes)} · {formatRate(filesPerSecond, 'files')} · with labels.csv, report.html and report.json
        <Code block mt={8}>
          {folder}
        </Code>
      </Notice>
      <Notice tone="warning" title="Check the images before you share them">
        Pixels were not changed: a name visible in an image is still there.
      </Notice>
      {renamedClasses.length > 0 && (
        <Notice tone="warning" title="Class names contained patient data">
          Some class names contained a name, number or date of a patient. In the export they are called{' '}
          {renamedClasses.join(', ')}.
        </Notice>
      )}
      {rows.length > 0 && (
        <div>
          <Text fw={600} size="sm" mb={6}>
            {formatQuantity(heldBack.length, 'file')} held back, {formatQuantity(failed.length, 'file')} failed
          </Text>
          <ScrollArea.Autosize mah={220} type="auto">
            <Table aria-label="Excluded files" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th ta="right">File</Table.Th>
                  <Table.Th ta="right">Image</Table.Th>
                  <Table.Th>Reason</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.slice(0, MAX_ROWS).map(({ file, image, why }) => (
                  <Table.Tr key={file}>
                    <Table.Td ta="right" className="tabular">
                      {file}
                    </Table.Td>
                    <Table.Td ta="right" className="tabular">
                      {image}
                    </Table.Td>
                    <Table.Td>{why}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollArea.Autosize>
          {rows.length > MAX_ROWS && (
            <Text size="xs" c="dimmed" mt={6}>
              And {rows.length - MAX_ROWS} more: see the report.
            </Text>
          )}
        </div>
      )}
      <DialogFooter>
        <Button variant="default" leftSection={<FileText size={14} />} onClick={() => setReading(true)}>
          Show report
        </Button>
        <Button onClick={onClose}>Done</Button>
      </DialogFooter>
    </Stack>
  );
}

function Report({ resource, onBack }: { readonly resource: string; readonly onBack: () => void }) {
  return (
    <Stack gap="sm">
      <Group>
        <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={onBack}>
          Back to the result
        </Button>
      </Group>
      <iframe
        src={resourceUrl(resourcePaths.report(resource))}
        title="Export report"
        sandbox="allow-modals"
        style={{ width: '100%', height: '68vh', border: 0, borderRadius: 6, background: '#ffffff' }}
      />
    </Stack>
  );
}
