import {
  Badge,
  Group,
  ScrollArea,
  SegmentedControl,
  SimpleGrid,
  Skeleton,
  Stack,
  Switch,
  Table,
  Text,
} from '@mantine/core';
import { formatBytes } from '#shared/text/number';
import { deviceNames } from '#shared/training/device-names';
import { ErrorAlert } from '../../components/error-alert';
import { Page, PageBody, PageHeader } from '../../components/page';
import { SectionCard } from '../../components/section-card';
import { Stat } from '../../components/stat';
import { TableMenu } from '../../components/table-menu';
import { useCommand, useRequest } from '../../state/requests';
import { useSession } from '../../state/session';

export function SettingsScreen() {
  return (
    <Page>
      <PageHeader title="Settings" description="Appearance, privacy and compute devices" />
      <PageBody>
        <Appearance />
        <Privacy />
        <Devices />
        <About />
      </PageBody>
    </Page>
  );
}

function Appearance() {
  const theme = useSession((state) => state.theme);
  const setTheme = useSession((state) => state.setTheme);
  return (
    <SectionCard title="Appearance">
      <Group justify="space-between">
        <div>
          <Text>Theme</Text>
          <Text size="xs" c="dimmed">
            Dark suits reading rooms. Grey values of images are the same in both.
          </Text>
        </div>
        <SegmentedControl
          aria-label="Theme"
          value={theme}
          onChange={setTheme}
          data={[
            { value: 'dark', label: 'Dark' },
            { value: 'light', label: 'Light' },
            { value: 'system', label: 'System' },
          ]}
        />
      </Group>
    </SectionCard>
  );
}

function Privacy() {
  const settings = useRequest('settings.get', {});
  const set = useCommand('settings.set');
  return (
    <SectionCard title="Privacy">
      {settings.isError && <ErrorAlert error={settings.error} onRetry={() => settings.refetch()} />}
      <Switch
        label="Show identifying DICOM tags without asking"
        description="Names, numbers and dates that identify a patient. Each viewing is recorded in the project's audit log."
        checked={settings.data?.showIdentifyingTags ?? false}
        disabled={settings.data === undefined}
        onChange={(event) => set.mutate({ showIdentifyingTags: event.currentTarget.checked })}
      />
    </SectionCard>
  );
}

function Devices() {
  const devices = useRequest('app.devices', {});
  return (
    <SectionCard
      title="Devices"
      description="Devices that can run models. Automatic uses the fastest one measured here whose results match the processor's."
    >
      {devices.isPending && <Skeleton h={90} />}
      {devices.isError && <ErrorAlert error={devices.error} onRetry={() => devices.refetch()} />}
      {devices.data !== undefined && (
        <Stack gap="sm">
          <SimpleGrid cols={3}>
            <Stat label="Processor cores" value={devices.data.cores} />
            <Stat label="Memory" value={formatBytes(devices.data.memoryMB * 1024 * 1024)} />
          </SimpleGrid>
          <Table aria-label="Devices">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Device</Table.Th>
                <Table.Th>Name</Table.Th>
                <Table.Th>State</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {devices.data.devices.map((device) => (
                <Table.Tr key={device.id}>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>{deviceNames[device.id]}</Table.Td>
                  <Table.Td>{device.name}</Table.Td>
                  <Table.Td>
                    <Stack gap={4} align="flex-start" py={2}>
                      <Group gap={6}>
                        <Badge color={device.available ? 'accent' : 'gray'}>
                          {device.available ? 'Available' : 'Not available'}
                        </Badge>
                        {device.untested !== null && (
                          <Badge color="gray" variant="outline">
                            Untested
                          </Badge>
                        )}
                      </Group>
                      {[device.reason, device.available ? device.untested : null].map(
                        (remark) =>
                          remark !== null && (
                            <Text key={remark} size="xs" c="dimmed">
                              {remark}
                            </Text>
                          ),
                      )}
                    </Stack>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </SectionCard>
  );
}

function About() {
  const info = useRequest('app.info', {});
  const licences = info.data?.licences ?? [];
  return (
    <SectionCard
      title="About Fovea"
      actions={
        <TableMenu
          name="Licences"
          table={() => ({
            columns: ['Package', 'Version', 'Licence'],
            rows: licences.map(({ name, version, licence }) => [name, version, licence]),
          })}
        />
      }
    >
      {info.isPending && <Skeleton h={120} />}
      {info.isError && <ErrorAlert error={info.error} onRetry={() => info.refetch()} />}
      {info.data !== undefined && (
        <Stack gap="sm">
          <SimpleGrid cols={3}>
            <Stat label="Version" value={info.data.version} />
            <Stat label="Mode" value={info.data.mode === 'desktop' ? 'Desktop' : 'Browser'} />
            <Stat label="System" value={info.data.platform} />
          </SimpleGrid>
          <Text c="dimmed">
            Fovea is for research use only. It is not a medical device and must not be used for diagnosis. It works
            offline: no image, label or result leaves this computer. Apache License 2.0.
          </Text>
          <ScrollArea.Autosize viewportProps={{ tabIndex: 0 }} mah={280} type="auto">
            <Table aria-label="Licences" stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Package</Table.Th>
                  <Table.Th>Version</Table.Th>
                  <Table.Th>Licence</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {licences.map((entry) => (
                  <Table.Tr key={`${entry.name}@${entry.version}`}>
                    <Table.Td>{entry.name}</Table.Td>
                    <Table.Td className="tabular">{entry.version}</Table.Td>
                    <Table.Td>{entry.licence}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollArea.Autosize>
        </Stack>
      )}
    </SectionCard>
  );
}
