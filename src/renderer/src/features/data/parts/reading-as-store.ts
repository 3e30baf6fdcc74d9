import { create } from 'zustand';

interface ReadingAsState {
  /** The reader whose readings new labels are; null: labels are set without a reader. */
  readonly name: string | null;
  setName(name: string | null): void;
}

/** The current reader of this window. Not stored: the next person to open Fovea may be someone else. */
export const useReadingAs = create<ReadingAsState>((set) => ({
  name: null,
  setName: (name) => set({ name }),
}));
