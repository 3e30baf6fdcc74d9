import { ActionIcon, Center, Group, Loader, Slider, Text, Tooltip } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { Contrast, Maximize2, Minimize2, RotateCcw, SlidersVertical, ZoomIn, ZoomOut } from 'lucide-react';
import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ImageDetail } from '#shared/models/dataset';
import { formatNumber } from '#shared/text/number';
import { resourceUrl } from '../../../bridge/bridge';
import { isDialogOpen, isTyping } from '../../../state/shortcuts';
import classes from './image-viewer.module.css';
import { useLatestImage } from './use-latest-image';
import { dragWindow, fitView, type GreyWindow, stepFrame, type View, wheelFactor, zoomAt } from './viewer-math';
import { WindowMenu } from './window-menu';
import { stepPreset, windowPresets } from './window-presets';

/** How an image is looked at; kept by the owner so that the large and the small viewer show the same. */
export interface Look {
  /** Null: the file's own window. */
  readonly window: GreyWindow | null;
  readonly invert: boolean;
  /** From 0; null: the frame that the image is. */
  readonly frame: number | null;
  /** True: the left button drags window/level instead of panning. */
  readonly windowing: boolean;
}

export const plainLook: Look = { window: null, invert: false, frame: null, windowing: false };

export interface ImageViewerProps {
  readonly project: string;
  readonly image: ImageDetail;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  /** Fills its place. */
  readonly large: boolean;
  /** Null where it stays as large as it is. */
  readonly onLarge: ((large: boolean) => void) | null;
  /** Takes the height that it is given, also where it is not large. */
  readonly fill?: boolean;
  /** False where another viewer on the screen takes the keys. */
  readonly keyboard?: boolean;
}

interface Drag {
  readonly kind: 'pan' | 'window';
  readonly x: number;
  readonly y: number;
  readonly view: View;
  readonly window: GreyWindow;
}

/**
 * One frame at full size: pan, zoom at the pointer, window/level, invert. Where the file has several, the wheel goes
 * through them and zooms with Ctrl.
 */
export function ImageViewer(props: ImageViewerProps) {
  const { project, image, look, onLook, large, onLarge, fill = false, keyboard = true } = props;
  const frame = useRef<HTMLDivElement>(null);
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>();
  const ref = useMergedRef(frame, sizeRef);
  const drag = useRef<Drag | null>(null);
  const ownWindow = image.window ?? {
    center: (image.range.min + image.range.max) / 2,
    width: Math.max(1e-6, image.range.max - image.range.min),
  };
  const shownWindow = look.window ?? ownWindow;
  const canWindow = !image.colour;
  const presets = useMemo(() => windowPresets(image), [image]);
  const ownFrame = image.frame ?? 0;
  const shownFrame = look.frame ?? ownFrame;

  const picture = useLatestImage(
    resourceUrl(
      resourcePaths.display(project, image.id, {
        ...(look.window === null || !canWindow ? {} : { center: look.window.center, width: look.window.width }),
        ...(look.invert ? { invert: true } : {}),
        ...(image.frames > 1 ? { frame: shownFrame } : {}),
      }),
    ),
    `${project}/${image.id}`,
  );
  // The picture that is shown has square pixels; the file's may not be.
  const size = picture.size ?? image;
  const fit = fitView(size, { width, height });
  const [moved, setMoved] = useState<{ image: number; view: View } | null>(null);
  const view = moved !== null && moved.image === image.id ? moved.view : fit;

  const setView = useCallback((next: View) => setMoved({ image: image.id, view: next }), [image.id]);
  const zoom = (factor: number, x = width / 2, y = height / 2) => setView(zoomAt(view, factor, x, y, fit.scale));
  const reset = () => {
    setMoved(null);
    onLook({ ...look, window: null, invert: false, frame: null });
  };
  const goToFrame = (frame: number) => onLook({ ...look, frame });
  const stepFrames = (steps: number) => goToFrame(stepFrame(shownFrame, steps, image.frames));

  // The wheel must be heard actively to keep the page from scrolling, which React's listener cannot.
  const onWheelRef = useRef<(event: WheelEvent, x: number, y: number) => void>(() => {});
  onWheelRef.current = (event, x, y) => {
    if (image.frames === 1 || event.ctrlKey) zoom(wheelFactor(event.deltaY), x, y);
    else if (event.deltaY !== 0) stepFrames(Math.sign(event.deltaY));
  };
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      onWheelRef.current(event, event.clientX - box.left, event.clientY - box.top);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const setWindow = (window: GreyWindow | null) => onLook({ ...look, window });
  const stepWindow = (step: 1 | -1) => setWindow(stepPreset(presets, look.window, step)?.window ?? null);

  // The large view of an inspector is a dialog itself.
  const dialog = onLarge !== null;
  const keys = useRef<(key: string) => boolean>(() => false);
  keys.current = (key) => {
    if (key === 'w' && canWindow) onLook({ ...look, windowing: !look.windowing });
    else if (key === ']' && canWindow) stepWindow(1);
    else if (key === '[' && canWindow) stepWindow(-1);
    else if (key === 'i') onLook({ ...look, invert: !look.invert });
    else if (key === 'r') reset();
    else if (key === '+' || key === '=') zoom(1.25);
    else if (key === '-') zoom(0.8);
    else if (key === 'f' && onLarge !== null) onLarge(!large);
    else if (key === ',' && image.frames > 1) stepFrames(-1);
    else if (key === '.' && image.frames > 1) stepFrames(1);
    else return false;
    return true;
  };
  useEffect(() => {
    if (!keyboard) return;
    const onKey = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      const inDialog = large && dialog && !fill;
      if (!plain || event.defaultPrevented || isTyping(event.target) || (isDialogOpen() && !inDialog)) return;
      if (keys.current(event.key.toLowerCase())) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [large, dialog, fill, keyboard]);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button > 2) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const windowing = canWindow && (event.button === 2 || (event.button === 0 && look.windowing));
    drag.current = {
      kind: windowing ? 'window' : 'pan',
      x: event.clientX,
      y: event.clientY,
      view,
      window: shownWindow,
    };
  };
  const onPointerMove = (event: PointerEvent) => {
    const start = drag.current;
    if (start === null) return;
    const dx = event.clientX - start.x;
    const dy = event.clientY - start.y;
    if (start.kind === 'pan') setView({ ...start.view, x: start.view.x + dx, y: start.view.y + dy });
    else onLook({ ...look, window: dragWindow(start.window, dx, dy, image.range) });
  };
  const endDrag = () => {
    drag.current = null;
  };

  return (
    <div className={classes['viewer']} data-large={large || fill || undefined}>
      <div
        ref={ref}
        role="img"
        aria-label={`${image.path}, ${image.width} × ${image.height} pixels`}
        className={classes['frame']}
        data-windowing={(look.windowing && canWindow) || undefined}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={endDrag}
        onPointerCancel={endDrag}
        onContextMenu={(event) => event.preventDefault()}
        onDoubleClick={() => setMoved(null)}
      >
        {picture.url !== null && (
          <img
            src={picture.url}
            alt=""
            draggable={false}
            style={{
              width: size.width,
              height: size.height,
              transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
              imageRendering: view.scale >= 3 ? 'pixelated' : 'auto',
            }}
          />
        )}
        {picture.url === null && !picture.failed && (
          <Center h="100%">
            <Loader size="sm" />
          </Center>
        )}
        {picture.failed && (
          <Center h="100%" p="md">
            <Text c="white" ta="center">
              This image cannot be shown. Its file may have been moved or changed since import.
            </Text>
          </Center>
        )}
        <span className={classes['overlay']}>
          {image.frames > 1 ? `Frame ${shownFrame + 1} of ${image.frames} · ` : ''}
          {canWindow && shownFrame !== ownFrame && look.window === null
            ? 'frame window'
            : canWindow
              ? `W ${formatNumber(shownWindow.width)} · L ${formatNumber(shownWindow.center)}${look.window === null ? '' : ' (changed)'}`
              : 'Colour'}
          {look.invert ? ' · inverted' : ''}
        </span>
        <span className={classes['zoom']}>{Math.round(view.scale * 100)} %</span>
      </div>
      {image.frames > 1 && (
        <div className={classes['frames']}>
          <Slider
            thumbLabel="Frame"
            size="sm"
            min={1}
            max={image.frames}
            value={shownFrame + 1}
            label={(frame) => `${frame} of ${image.frames}`}
            onChange={(frame) => goToFrame(frame - 1)}
          />
          <Text size="xs" c="dimmed">
            Wheel or , and . to change the frame; Ctrl + wheel to zoom
          </Text>
        </div>
      )}
      <Group gap={2} className={classes['tools']} justify="center" role="toolbar" aria-label="Viewer">
        <Tool
          label={canWindow ? 'Drag sets window and level (W)' : 'Window and level do not apply to colour images'}
          name="Window and level"
          pressed={look.windowing && canWindow}
          disabled={!canWindow}
          onClick={() => onLook({ ...look, windowing: !look.windowing })}
          icon={<SlidersVertical size={15} />}
        />
        <WindowMenu presets={presets} shown={look.window} onWindow={setWindow} />
        <Tool
          label="Invert (I)"
          name="Invert"
          pressed={look.invert}
          onClick={() => onLook({ ...look, invert: !look.invert })}
          icon={<Contrast size={15} />}
        />
        <Tool label="Zoom out (–)" name="Zoom out" onClick={() => zoom(0.8)} icon={<ZoomOut size={15} />} />
        <Tool label="Zoom in (+)" name="Zoom in" onClick={() => zoom(1.25)} icon={<ZoomIn size={15} />} />
        <Tool label="Reset view and window (R)" name="Reset" onClick={reset} icon={<RotateCcw size={15} />} />
        {onLarge !== null && (
          <Tool
            label={large ? 'Small view (F)' : 'Large view (F)'}
            name={large ? 'Small view' : 'Large view'}
            onClick={() => onLarge(!large)}
            icon={large ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
          />
        )}
      </Group>
    </div>
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
