import { Modal, type ModalProps } from '@mantine/core';
import { useId, useLayoutEffect } from 'react';
import { create } from 'zustand';

/** Ids of the open dialogs; the last one is on top. */
const useOpenDialogs = create<{ readonly order: readonly string[] }>(() => ({ order: [] }));

function show(id: string): () => void {
  useOpenDialogs.setState(({ order }) => ({ order: [...order, id] }));
  return () => useOpenDialogs.setState(({ order }) => ({ order: order.filter((other) => other !== id) }));
}

/** Above drawers (200), below the menus and lists of their fields (300). */
const LOWEST_LAYER = 210;

/**
 * Keys that have closed a dialog. One press must not also close the dialog below, which is on top as soon as the upper
 * one is gone.
 */
const handledKeys = new WeakSet<KeyboardEvent>();

/** Base of all dialogs. The one opened last lies on top and is the only one with focus and the Escape key. */
export function Dialog(props: ModalProps) {
  const id = useId();
  const { opened } = props;
  useLayoutEffect(() => (opened ? show(id) : undefined), [opened, id]);
  const place = useOpenDialogs(({ order }) => order.indexOf(id));
  const isOnTop = useOpenDialogs(({ order }) => order.at(-1) === id);
  return (
    <Modal
      {...props}
      zIndex={LOWEST_LAYER + Math.max(0, place)}
      trapFocus={isOnTop}
      closeOnEscape={isOnTop}
      __handledEscapeEvents={handledKeys}
    />
  );
}
