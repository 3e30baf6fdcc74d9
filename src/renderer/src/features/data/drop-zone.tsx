import { Text } from '@mantine/core';
import { FolderInput } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import classes from './drop-zone.module.css';

/** Files may be dropped anywhere in the window while this shows. */
export function DropZone({ onDrop }: { readonly onDrop: (dropped: DataTransfer) => void }) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const onEnter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth.current += 1;
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth.current = Math.max(0, depth.current - 1);
      if (depth.current === 0) setOver(false);
    };
    const onOver = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const onDropped = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      drop.current(event.dataTransfer);
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onDropped);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onDropped);
      depth.current = 0;
    };
  }, []);
  if (!over) return null;
  return (
    <div className={classes['overlay']}>
      <div className={classes['frame']}>
        <FolderInput size={36} strokeWidth={1.5} aria-hidden />
        <Text size="lg" fw={600}>
          Drop to add these images
        </Text>
        <Text c="dimmed">Nothing is imported before you have seen what was found</Text>
      </div>
    </div>
  );
}
