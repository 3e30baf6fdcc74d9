import { create } from 'zustand';

interface ReadingAsState {
  /** Whose readings labels are at the moment; null: labels are given without a reader. */
  readonly name: string | null;
  setName(name: string | null): void;
}

/** Who reads in this window. Not kept beyond it: whoever opens Fovea next may be someone else. */
export const useReadingAs = create<ReadingAsState>((set) => ({
  name: null,
  setName: (name) => set({ name }),
}));
