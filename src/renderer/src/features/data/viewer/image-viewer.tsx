import { Center, Loader, Slider, Text } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useRef } from 'react';
import type { ImageDetail } from '#shared/models/dataset';
import { formatNumber } from '#shared/text/number';
import classes from './image-viewer.module.css';
import { type DisplaySettings, useViewer, type Viewer } from './use-viewer';
import { useViewerKeys } from './use-viewer-keys';
import { useViewerDrag, useViewerWheel } from './use-viewer-pointer';
import { ViewerTools } from './viewer-tools';

export interface ImageViewerProps {
  readonly project: string;
  readonly image: ImageDetail;
  readonly display: DisplaySettings;
  readonly onDisplay: (display: DisplaySettings) => void;
  /** Fills its container. */
  readonly large: boolean;
  /** Null if the viewer cannot be resized. */
  readonly onLarge: ((large: boolean) => void) | null;
  /** Uses the given height even if it is not large. */
  readonly fill?: boolean;
  /** False if another viewer on the screen handles the keys. */
  readonly keyboard?: boolean;
}

/**
 * One frame at full size: pan, zoom at the pointer, window/level, invert. In multi-frame files, the wheel moves through
 * the frames and zooms with Ctrl.
 */
export function ImageViewer(props: ImageViewerProps) {
  const { project, image, display, onDisplay, large, onLarge, fill = false, keyboard = true } = props;
  const frame = useRef<HTMLDivElement>(null);
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>();
  const ref = useMergedRef(frame, sizeRef);
  const viewer = useViewer({ project, image, display, onDisplay, viewport: { width, height } });
  const drag = useViewerDrag(viewer);
  useViewerWheel(frame, viewer);
  useViewerKeys(viewer, {
    enabled: keyboard,
    // The inspector's large view is itself a dialog.
    inDialog: large && onLarge !== null && !fill,
    toggleLarge: onLarge === null ? null : () => onLarge(!large),
  });
  return (
    <div className={classes['viewer']} data-large={large || fill || undefined}>
      <div
        ref={ref}
        role="img"
        aria-label={`${image.path}, ${image.width} × ${image.height} pixels`}
        className={classes['frame']}
        data-windowing={(display.windowing && viewer.canWindow) || undefined}
        {...drag}
        onContextMenu={(event) => event.preventDefault()}
        onDoubleClick={viewer.fitAgain}
      >
        <Picture viewer={viewer} />
        <span className={classes['overlay']}>{displayText(viewer)}</span>
        <span className={classes['zoom']}>{Math.round(viewer.view.scale * 100)} %</span>
      </div>
      {image.frames > 1 && <FrameSlider viewer={viewer} />}
      <ViewerTools viewer={viewer} large={large} onLarge={onLarge} />
    </div>
  );
}

function Picture({ viewer: { picture, size, view } }: { readonly viewer: Viewer }) {
  return (
    <>
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
    </>
  );
}

function FrameSlider({ viewer }: { readonly viewer: Viewer }) {
  return (
    <div className={classes['frames']}>
      <Slider
        thumbLabel="Frame"
        size="sm"
        min={1}
        max={viewer.image.frames}
        value={viewer.shownFrame + 1}
        label={(frame) => `${frame} of ${viewer.image.frames}`}
        onChange={(frame) => viewer.goToFrame(frame - 1)}
      />
      <Text size="xs" c="dimmed">
        Wheel or , and . to change the frame; Ctrl + wheel to zoom
      </Text>
    </div>
  );
}

/** Text for the frame and window shown. */
function displayText({ image, display, canWindow, shownWindow, shownFrame, ownFrame }: Viewer): string {
  const frame = image.frames > 1 ? `Frame ${shownFrame + 1} of ${image.frames} · ` : '';
  const inverted = display.invert ? ' · inverted' : '';
  if (!canWindow) return `${frame}Colour${inverted}`;
  if (shownFrame !== ownFrame && display.window === null) return `${frame}window of the frame${inverted}`;
  const changed = display.window === null ? '' : ' (changed)';
  return `${frame}W ${formatNumber(shownWindow.width)} · L ${formatNumber(shownWindow.center)}${changed}${inverted}`;
}
