import { Button, Group, Menu } from '@mantine/core';
import { ChevronDown, FilePlus, FileSpreadsheet, FolderPlus, History, Images, ShieldCheck } from 'lucide-react';
import type { DatasetSummary } from '#shared/models/dataset';
import { EmptyState } from '../../components/empty-state';
import { EditControls, useReadOnly } from '../../components/read-only';
import classes from './data-screen.module.css';
import type { ImportFlow } from './import/import-flow';
import type { TableFlow } from './label-table/use-table-flow';

export interface AddMenuProps {
  readonly flow: ImportFlow;
  readonly tableFlow: TableFlow;
  readonly summary: DatasetSummary | undefined;
  readonly onDeidentify: () => void;
}

/** Menu to import images and labels and to export the images. */
export function AddMenu({ flow, tableFlow, summary, onDeidentify }: AddMenuProps) {
  const last = summary?.lastImport ?? null;
  const readOnly = useReadOnly();
  return (
    <Group gap={1} wrap="nowrap">
      <EditControls>
        <Button
          leftSection={<FolderPlus size={15} />}
          onClick={flow.addFolder}
          style={{ borderTopRightRadius: 0, borderBottomRightRadius: 0 }}
        >
          Add folder
        </Button>
      </EditControls>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button px={6} aria-label="More ways to add" style={{ borderTopLeftRadius: 0, borderBottomLeftRadius: 0 }}>
            <ChevronDown size={15} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FolderPlus size={14} />} disabled={readOnly} onClick={flow.addFolder}>
            Add folder…
          </Menu.Item>
          <Menu.Item leftSection={<FilePlus size={14} />} disabled={readOnly} onClick={flow.addFiles}>
            Add files…
          </Menu.Item>
          {summary !== undefined && summary.images > 0 && (
            <Menu.Item leftSection={<FileSpreadsheet size={14} />} disabled={readOnly} onClick={tableFlow.choose}>
              Apply a label table…
            </Menu.Item>
          )}
          {last !== null && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<History size={14} />} onClick={() => flow.showLast(last)}>
                Last import result
              </Menu.Item>
            </>
          )}
          {summary !== undefined && summary.images > 0 && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<ShieldCheck size={14} />} disabled={readOnly} onClick={onDeidentify}>
                Export de-identified images…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

/** Shown in a project without images. */
export function NoImages({ flow }: { readonly flow: ImportFlow }) {
  return (
    <div className={classes['empty']}>
      <EmptyState
        icon={Images}
        title="Drop a folder of images here"
        actions={
          <>
            <EditControls>
              <Button leftSection={<FolderPlus size={15} />} onClick={flow.addFolder}>
                Choose a folder
              </Button>
            </EditControls>
            <EditControls>
              <Button variant="default" leftSection={<FilePlus size={15} />} onClick={flow.addFiles}>
                Choose files
              </Button>
            </EditControls>
          </>
        }
      >
        DICOM, PNG and JPEG, in any mix. Class folders become labels; train, validation and test folders become splits.
        You check the result before anything is stored, and the files stay where they are.
      </EmptyState>
    </div>
  );
}
