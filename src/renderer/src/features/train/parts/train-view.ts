import { create } from 'zustand';

/** Replaces the selected run in the main area of the Train screen. */
export type TrainView =
  | { readonly kind: 'experiment'; readonly experiment: string }
  | { readonly kind: 'comparison'; readonly runs: readonly string[] };

interface TrainViewState {
  /** By project; null = the selected run, or the form for a new one. */
  readonly views: Readonly<Record<string, TrainView | null>>;
  /** Runs picked for a comparison; null while not picking. */
  readonly picked: Readonly<Record<string, readonly string[] | null>>;
  show(project: string, view: TrainView | null): void;
  pick(project: string, runs: readonly string[] | null): void;
}

/** Kept while other screens are shown. */
export const useTrainView = create<TrainViewState>((set) => ({
  views: {},
  picked: {},
  show: (project, view) => set((state) => ({ views: { ...state.views, [project]: view } })),
  pick: (project, runs) => set((state) => ({ picked: { ...state.picked, [project]: runs } })),
}));
