import { ActionIcon, Menu } from '@mantine/core';
import { Clipboard, Download, EllipsisVertical } from 'lucide-react';
import type { Overlay } from '#shared/imaging/attention-overlay';
import { canvasToPng } from '../../charts/raster-image';
import { saveFile } from '../../components/save-file';
import { fileName } from '../../components/table-menu';
import { showError, showToast } from '../../state/toasts';
import { type ExportText, exportPicture } from './overlay-painter';

export interface PictureMenuProps {
  readonly name: string;
  readonly image: ImageBitmap;
  readonly overlay: Overlay | null;
  readonly sideBySide: boolean;
  readonly text: ExportText;
}

/** Saves or copies the picture with its legend and the mark, at one, two or three times the image's size. */
export function PictureMenu({ name, image, overlay, sideBySide, text }: PictureMenuProps) {
  const draw = (scale: number) => canvasToPng(exportPicture(image, image, overlay, text, { scale, sideBySide }));
  const save = async (scale: number) =>
    saveFile(`${fileName(name)}-attention-${scale}x.png`, await draw(scale), 'image/png');
  const copy = async () => {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': await draw(2) })]);
    showToast({ message: 'Image copied' });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Image: copy or export">
          <EllipsisVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Clipboard size={14} />} onClick={() => copy().catch(showError)}>
          Copy image
        </Menu.Item>
        {[1, 2, 3].map((scale) => (
          <Menu.Item key={scale} leftSection={<Download size={14} />} onClick={() => save(scale).catch(showError)}>
            Export as PNG, {scale}×
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
