import { useCallback, useMemo, useState } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ImageDetail } from '#shared/models/dataset';
import { resourceUrl } from '../../../bridge/bridge';
import { useLatestImage } from './use-latest-image';
import { fitView, type GreyWindow, type Size, stepFrame, type View, zoomAt } from './viewer-math';
import { stepPreset, windowPresets } from './window-presets';

/** Display settings of an image, owned by the parent so that the large and the small viewer share them. */
export interface DisplaySettings {
  /** Null: the file's default window. */
  readonly window: GreyWindow | null;
  readonly invert: boolean;
  /** Counted from 0; null: the image's own frame. */
  readonly frame: number | null;
  /** True: the left button drags window/level instead of panning. */
  readonly windowing: boolean;
}

export const defaultDisplay: DisplaySettings = { window: null, invert: false, frame: null, windowing: false };

/** State of a viewer, and the actions for its tools, keys, wheel and pointer. */
export type Viewer = ReturnType<typeof useViewer>;

/** `viewport` is the size of the picture area in screen pixels. */
export function useViewer(props: {
  readonly project: string;
  readonly image: ImageDetail;
  readonly display: DisplaySettings;
  readonly onDisplay: (display: DisplaySettings) => void;
  readonly viewport: Size;
}) {
  const { project, image, display, onDisplay, viewport } = props;
  const canWindow = !image.colour;
  const presets = useMemo(() => windowPresets(image), [image]);
  const ownFrame = image.frame ?? 0;
  const shownFrame = display.frame ?? ownFrame;
  const picture = useLatestImage(pictureUrl(project, image, display, shownFrame), `${project}/${image.id}`);
  // The rendered picture has square pixels; the file's may not be square.
  const size = picture.size ?? image;
  const fit = fitView(size, viewport);
  const [moved, setMoved] = useState<{ image: number; view: View } | null>(null);
  const view = moved !== null && moved.image === image.id ? moved.view : fit;
  const setView = useCallback((next: View) => setMoved({ image: image.id, view: next }), [image.id]);
  const change = (changes: Partial<DisplaySettings>) => onDisplay({ ...display, ...changes });

  return {
    image,
    display,
    picture,
    size,
    canWindow,
    presets,
    shownWindow: display.window ?? ownWindow(image),
    setWindow: (window: GreyWindow | null) => change({ window }),
    stepWindow: (step: 1 | -1) => change({ window: stepPreset(presets, display.window, step)?.window ?? null }),
    toggleWindowing: () => change({ windowing: !display.windowing }),
    toggleInvert: () => change({ invert: !display.invert }),
    ownFrame,
    shownFrame,
    goToFrame: (frame: number) => change({ frame }),
    stepFrames: (steps: number) => change({ frame: stepFrame(shownFrame, steps, image.frames) }),
    view,
    setView,
    fitAgain: () => setMoved(null),
    /** Zooms around a point of the viewport, by default its centre. */
    zoom: (factor: number, x = viewport.width / 2, y = viewport.height / 2) =>
      setView(zoomAt(view, factor, x, y, fit.scale)),
    reset: () => {
      setMoved(null);
      change({ window: null, invert: false, frame: null });
    },
  };
}

function pictureUrl(project: string, image: ImageDetail, display: DisplaySettings, frame: number): string {
  const isWindowed = display.window !== null && !image.colour;
  return resourceUrl(
    resourcePaths.display(project, image.id, {
      ...(isWindowed ? { center: display.window.center, width: display.window.width } : {}),
      ...(display.invert ? { invert: true } : {}),
      ...(image.frames > 1 ? { frame } : {}),
    }),
  );
}

const ownWindow = ({ window, range }: ImageDetail): GreyWindow =>
  window ?? { center: (range.min + range.max) / 2, width: Math.max(1e-6, range.max - range.min) };
