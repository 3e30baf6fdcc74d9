import { create } from 'zustand';
import { toErrorInfo } from '#shared/ipc/errors';

export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'success' | 'error';
  readonly message: string;
  readonly hint: string | null;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

interface ToastState {
  readonly toasts: readonly Toast[];
  add(toast: Toast): void;
  remove(id: number): void;
}

/** More toasts at once would be noise: the oldest is removed. */
const MAX_TOASTS = 4;

export const useToasts = create<ToastState>((set) => ({
  toasts: [],
  add: (toast) => set((state) => ({ toasts: [...state.toasts, toast].slice(-MAX_TOASTS) })),
  remove: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));

let lastId = 0;

/**
 * Shows a message at the bottom right and returns its id. Errors stay until closed; other toasts disappear after some
 * seconds.
 */
export function showToast(toast: { message: string } & Partial<Omit<Toast, 'id'>>): number {
  lastId += 1;
  useToasts.getState().add({ kind: 'info', hint: null, action: null, ...toast, id: lastId });
  return lastId;
}

export function showError(error: unknown): void {
  const info = toErrorInfo(error);
  showToast({ kind: 'error', message: info.message, hint: info.hint });
}
