import { Modal, type ModalProps } from '@mantine/core';
import { useId, useLayoutEffect } from 'react';
import { create } from 'zustand';

/** Open dialogs by id, the one opened last at the end. */
const useOpenDialogs = create<{ readonly order: readonly string[] }>(() => ({ order: [] }));

function show(id: string): () => void {
  useOpenDialogs.setState(({ order }) => ({ order: [...order, id] }));
  return () => useOpenDialogs.setState(({ order }) => ({ order: order.filter((other) => other !== id) }));
}

/** Above drawers (200), below the menus and lists of their fields (300). */
const LOWEST_LAYER = 210;

/** A key press that closes one dialog closes no other: the one below is on top as soon as the upper one is gone. */
const handledKeys = new WeakSet<KeyboardEvent>();

/** Every dialog of the window. The one opened last lies above all others, and alone has the focus and the Escape key. */
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
