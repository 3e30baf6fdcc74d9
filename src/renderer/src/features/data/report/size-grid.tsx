import { Table, Text } from '@mantine/core';
import type { DatasetReport } from '#shared/models/dataset-report';
import { formatCount } from '#shared/text/number';

/** Number of images by width and height; the higher, the stronger the colour. */
export function SizeGrid({ sizes: { bands, counts } }: { readonly sizes: DatasetReport['sizes'] }) {
  const most = Math.max(1, ...counts.flat());
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table aria-label="Images by size" className="tabular" withTableBorder withColumnBorders>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Text span size="xs" c="dimmed">
                height \ width, pixels
              </Text>
            </Table.Th>
            {bands.map((band) => (
              <Table.Th key={band} ta="right">
                {band}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {bands.map((height, row) => (
            <Table.Tr key={height}>
              <Table.Th scope="row" fw={400}>
                {height}
              </Table.Th>
              {bands.map((width, column) => {
                const images = counts[row]?.[column] ?? 0;
                const share = Math.round(45 * Math.sqrt(images / most));
                return (
                  <Table.Td
                    key={width}
                    ta="right"
                    {...(images === 0
                      ? {}
                      : {
                          style: {
                            background: `color-mix(in srgb, var(--fovea-accent-text) ${share}%, transparent)`,
                          },
                        })}
                  >
                    {images === 0 ? '' : formatCount(images)}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
