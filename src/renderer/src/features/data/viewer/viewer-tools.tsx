import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { Contrast, Maximize2, Minimize2, RotateCcw, SlidersVertical, ZoomIn, ZoomOut } from 'lucide-react';
import classes from './image-viewer.module.css';
import type { Viewer } from './use-viewer';
import { WindowMenu } from './window-menu';

/** The buttons below a picture. `onLarge` is null if the viewer cannot be resized. */
export function ViewerTools(props: {
  readonly viewer: Viewer;
  readonly large: boolean;
  readonly onLarge: ((large: boolean) => void) | null;
}) {
  const { viewer, large, onLarge } = props;
  const { display, canWindow } = viewer;
  return (
    <Group gap={2} className={classes['tools']} justify="center" role="toolbar" aria-label="Viewer">
      <Tool
        label={canWindow ? 'Drag sets window and level (W)' : 'Window and level do not apply to colour images'}
        name="Window and level"
        pressed={display.windowing && canWindow}
        disabled={!canWindow}
        onClick={viewer.toggleWindowing}
        icon={<SlidersVertical size={15} />}
      />
      <WindowMenu presets={viewer.presets} shown={display.window} onWindow={viewer.setWindow} />
      <Tool
        label="Invert (I)"
        name="Invert"
        pressed={display.invert}
        onClick={viewer.toggleInvert}
        icon={<Contrast size={15} />}
      />
      <Tool label="Zoom out (–)" name="Zoom out" onClick={() => viewer.zoom(0.8)} icon={<ZoomOut size={15} />} />
      <Tool label="Zoom in (+)" name="Zoom in" onClick={() => viewer.zoom(1.25)} icon={<ZoomIn size={15} />} />
      <Tool label="Reset view and window (R)" name="Reset" onClick={viewer.reset} icon={<RotateCcw size={15} />} />
      {onLarge !== null && (
        <Tool
          label={large ? 'Small view (F)' : 'Large view (F)'}
          name={large ? 'Small view' : 'Large view'}
          onClick={() => onLarge(!large)}
          icon={large ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
        />
      )}
    </Group>
  );
}

interface ToolProps {
  readonly label: string;
  readonly name: string;
  readonly icon: React.ReactNode;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

function Tool({ label, name, icon, onClick, pressed, disabled = false }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={name}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        variant={pressed === true ? 'light' : 'subtle'}
        color={pressed === true ? 'accent' : 'gray'}
        disabled={disabled}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
