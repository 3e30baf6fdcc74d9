import { Button, Group, Text, VisuallyHidden } from '@mantine/core';
import { FileInput, Folder, ScanSearch } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { type Grant, platform } from '../../bridge/bridge';
import { showError } from '../../state/toasts';
import classes from './drop-zone.module.css';

export interface DropZoneProps {
  /** Large while nothing else is shown. */
  readonly large: boolean;
  readonly disabled: boolean;
  readonly onGrants: (grants: readonly Grant[]) => void;
}

/** Accepts files and folders, by drop or dialog. */
export function DropZone({ large, disabled, onGrants }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const [upload, setUpload] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);

  const accept = (dropped: DataTransfer | readonly File[]) => {
    // Called synchronously: a browser empties a DataTransfer when its event ends.
    platform
      .grantDropped(dropped, {
        onProgress: ({ done, total }) =>
          setUpload(total === 0 ? null : `Reading files: ${Math.round((done / total) * 100)} %`),
      })
      .then((grants) => {
        setUpload(null);
        if (grants.length > 0) onGrants(grants);
      })
      .catch((error: unknown) => {
        setUpload(null);
        showError(error);
      });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!disabled) accept(event.dataTransfer);
  };
  const pickFolder = async () => {
    const folder = await platform.pickFolder({ title: 'A folder of images' });
    if (folder !== null) onGrants([folder]);
  };

  return (
    <section
      className={`${classes['zone']} ${large ? classes['large'] : classes['small']}`}
      data-over={over || undefined}
      data-disabled={disabled || undefined}
      aria-label="Drop images to predict"
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = disabled ? 'none' : 'copy';
        setOver(!disabled);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <ScanSearch
        size={large ? 36 : 20}
        strokeWidth={1.5}
        color="var(--fovea-accent-text)"
        aria-hidden
        style={{ flex: 'none' }}
      />
      <div style={{ flex: large ? undefined : 1, minWidth: 0 }}>
        <Text fw={600} size={large ? 'lg' : 'sm'}>
          {upload ?? (large ? 'Drop DICOM, PNG or JPEG files here' : 'Drop more files here')}
        </Text>
        {large && (
          <Text c="dimmed" size="xs">
            Single files or whole folders. They stay on this computer and are not added to the project.
          </Text>
        )}
      </div>
      <Group gap="xs" wrap="nowrap">
        <Button
          variant={large ? 'filled' : 'default'}
          leftSection={<FileInput size={14} />}
          disabled={disabled}
          onClick={() => input.current?.click()}
        >
          Choose files
        </Button>
        <Button
          variant="default"
          leftSection={<Folder size={14} />}
          disabled={disabled}
          onClick={() => pickFolder().catch(showError)}
        >
          Choose a folder
        </Button>
      </Group>
      <VisuallyHidden>
        <input
          ref={input}
          type="file"
          multiple
          tabIndex={-1}
          aria-label="Files to predict"
          disabled={disabled}
          onChange={(event) => {
            const files = Array.from(event.currentTarget.files ?? []);
            event.currentTarget.value = '';
            if (files.length > 0) accept(files);
          }}
        />
      </VisuallyHidden>
    </section>
  );
}
