import { useEffect } from 'react';
import { create } from 'zustand';
import type { Destination } from '#shared/models/destination';
import { type Screen, useSession } from './session';

const screenOf: Readonly<Record<Destination, Screen>> = {
  images: 'data',
  'add-images': 'data',
  unlabelled: 'data',
  duplicates: 'data',
  review: 'data',
  split: 'data',
  weights: 'weights',
  'new-run': 'train',
  run: 'train',
  evaluate: 'evaluate',
  'test-set': 'evaluate',
  predict: 'predict',
};

/** The destination that was asked for, until its screen has opened it. */
const usePending = create<{ readonly pending: Destination | null }>(() => ({ pending: null }));

/** Opens a place in the window: shows its screen, which then opens the rest. */
export function openDestination(destination: Destination): void {
  usePending.setState({ pending: destination });
  useSession.getState().go(screenOf[destination]);
}

/**
 * Opens destinations of a screen, each once; others are left pending for their own screens. `isReady`: whether the
 * screen has what it needs.
 */
export function useDestination(open: Partial<Readonly<Record<Destination, () => void>>>, isReady = true): void {
  const pending = usePending((state) => state.pending);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each destination is opened once, by the latest functions
  useEffect(() => {
    if (!isReady || pending === null || open[pending] === undefined) return;
    usePending.setState({ pending: null });
    open[pending]();
  }, [pending, isReady]);
}
