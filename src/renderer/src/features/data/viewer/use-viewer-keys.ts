import { useEffect, useRef } from 'react';
import { isDialogOpen, isTyping } from '../../../state/shortcuts';
import type { Viewer } from './use-viewer';

/** Keyboard shortcuts of a viewer. `inDialog`: the viewer is in a dialog, so keys also work while one is open. */
export function useViewerKeys(
  viewer: Viewer,
  options: { readonly enabled: boolean; readonly inDialog: boolean; readonly toggleLarge: (() => void) | null },
): void {
  const { enabled, inDialog, toggleLarge } = options;
  const keys = useRef<(key: string) => boolean>(() => false);
  keys.current = (key) => actOn(key, viewer, toggleLarge);
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!plain || event.defaultPrevented || isTyping(event.target) || (isDialogOpen() && !inDialog)) return;
      if (keys.current(event.key.toLowerCase())) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [enabled, inDialog]);
}

/** False if the key has no function here. */
function actOn(key: string, viewer: Viewer, toggleLarge: (() => void) | null): boolean {
  const { canWindow, image } = viewer;
  if (key === 'w' && canWindow) viewer.toggleWindowing();
  else if (key === ']' && canWindow) viewer.stepWindow(1);
  else if (key === '[' && canWindow) viewer.stepWindow(-1);
  else if (key === 'i') viewer.toggleInvert();
  else if (key === 'r') viewer.reset();
  else if (key === '+' || key === '=') viewer.zoom(1.25);
  else if (key === '-') viewer.zoom(0.8);
  else if (key === 'f' && toggleLarge !== null) toggleLarge();
  else if (key === ',' && image.frames > 1) viewer.stepFrames(-1);
  else if (key === '.' && image.frames > 1) viewer.stepFrames(1);
  else return false;
  return true;
}
