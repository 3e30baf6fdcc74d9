import { type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Viewer } from './use-viewer';
import { dragWindow, type GreyWindow, type View, wheelFactor } from './viewer-math';

interface Drag {
  readonly kind: 'pan' | 'window';
  readonly x: number;
  readonly y: number;
  readonly view: View;
  readonly window: GreyWindow;
}

/** Dragging pans the picture or sets window and level. */
export function useViewerDrag({ canWindow, image, display, view, setView, shownWindow, setWindow }: Viewer) {
  const drag = useRef<Drag | null>(null);
  const endDrag = () => {
    drag.current = null;
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button > 2) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const windowing = canWindow && (event.button === 2 || (event.button === 0 && display.windowing));
      const kind = windowing ? 'window' : 'pan';
      drag.current = { kind, x: event.clientX, y: event.clientY, view, window: shownWindow };
    },
    onPointerMove: (event: PointerEvent) => {
      const start = drag.current;
      if (start === null) return;
      const dx = event.clientX - start.x;
      const dy = event.clientY - start.y;
      if (start.kind === 'pan') setView({ ...start.view, x: start.view.x + dx, y: start.view.y + dy });
      else setWindow(dragWindow(start.window, dx, dy, image.range));
    },
    onPointerUp: endDrag,
    onPointerCancel: endDrag,
  };
}

/** The wheel moves through the frames of a multi-frame file; otherwise, or with Ctrl, it zooms at the pointer. */
export function useViewerWheel(frame: RefObject<HTMLDivElement | null>, { image, zoom, stepFrames }: Viewer): void {
  const onWheelRef = useRef<(event: WheelEvent, x: number, y: number) => void>(() => {});
  onWheelRef.current = (event, x, y) => {
    if (image.frames === 1 || event.ctrlKey) zoom(wheelFactor(event.deltaY), x, y);
    else if (event.deltaY !== 0) stepFrames(Math.sign(event.deltaY));
  };
  // Keeping the page from scrolling needs a non-passive listener, which React cannot add.
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
  }, [frame]);
}
