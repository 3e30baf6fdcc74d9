import { ActionIcon, Menu } from '@mantine/core';
import { Clipboard, Download, EllipsisVertical, Image as ImageIcon } from 'lucide-react';
import { saveFile } from '../components/save-file';
import { fileName } from '../components/table-menu';
import { type TableData, toCsvFile, toTsv } from '../components/table-text';
import { showError, showToast } from '../state/toasts';
import { svgToPng } from './raster-image';

export interface ChartMenuProps {
  /** Used in the menu's label ("Loss: copy or export") and in file names. */
  readonly name: string;
  /** The plotted numbers, computed on request. */
  readonly table: () => TableData;
  /** The chart as a stand-alone SVG file. */
  readonly svg?: () => string;
  /** The chart as a PNG, for charts without an SVG. */
  readonly png?: () => Promise<Blob>;
}

/** Copies and exports a chart: its numbers for a spreadsheet or as CSV, its image as PNG or SVG. */
export function ChartMenu({ name, table, svg, png }: ChartMenuProps) {
  const file = fileName(name);
  const picture = png ?? (svg === undefined ? undefined : () => svgToPng(svg(), 3));
  const done = (what: string) => () => showToast({ message: `${name}: ${what}` });
  const copyPicture = async (draw: () => Promise<Blob>) => {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': await draw() })]);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`${name}: copy or export`}>
          <EllipsisVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Clipboard size={14} />}
          onClick={() => navigator.clipboard.writeText(toTsv(table())).then(done('values copied'), showError)}
        >
          Copy values
        </Menu.Item>
        {picture !== undefined && (
          <Menu.Item
            leftSection={<ImageIcon size={14} />}
            onClick={() => copyPicture(picture).then(done('image copied'), showError)}
          >
            Copy image
          </Menu.Item>
        )}
        <Menu.Divider />
        {picture !== undefined && (
          <Menu.Item
            leftSection={<Download size={14} />}
            onClick={() => picture().then((blob) => saveFile(`${file}.png`, blob, 'image/png'), showError)}
          >
            Export as PNG
          </Menu.Item>
        )}
        {svg !== undefined && (
          <Menu.Item
            leftSection={<Download size={14} />}
            onClick={() => saveFile(`${file}.svg`, svg(), 'image/svg+xml')}
          >
            Export as SVG
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<Download size={14} />}
          onClick={() => saveFile(`${file}.csv`, toCsvFile(table()), 'text/csv;charset=utf-8')}
        >
          Export as CSV
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
