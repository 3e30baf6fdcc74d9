import { ActionIcon, Menu } from '@mantine/core';
import { Clipboard, Download, EllipsisVertical, FileText } from 'lucide-react';
import { showError, showToast } from '../state/toasts';
import { saveFile } from './save-file';
import { type TableData, toCsvFile, toMarkdown, toTsv } from './table-text';

export interface TableMenuProps {
  /** Names the menu ("Class counts: copy or export") and the file. */
  readonly name: string;
  /** Called on demand, so that large tables cost nothing until then. */
  readonly table: () => TableData;
}

/** Copies a table for a spreadsheet or as Markdown, or exports it as CSV. */
export function TableMenu({ name, table }: TableMenuProps) {
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(() => showToast({ message: `${name} copied` }), showError);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`${name}: copy or export`}>
          <EllipsisVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Clipboard size={14} />} onClick={() => copy(toTsv(table()))}>
          Copy for a spreadsheet
        </Menu.Item>
        <Menu.Item leftSection={<FileText size={14} />} onClick={() => copy(toMarkdown(table()))}>
          Copy as Markdown
        </Menu.Item>
        <Menu.Item
          leftSection={<Download size={14} />}
          onClick={() => saveFile(`${fileName(name)}.csv`, toCsvFile(table()), 'text/csv;charset=utf-8')}
        >
          Export as CSV
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** "Class counts" → "class-counts". */
export function fileName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'table'
  );
}
