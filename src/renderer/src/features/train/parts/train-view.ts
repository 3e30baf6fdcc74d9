import { create } from 'zustand';

/** What the right of the Train screen shows in place of the chosen run. */
export type TrainView =
  | { readonly kind: 'experiment'; readonly experiment: string }
  | { readonly kind: 'comparison'; readonly runs: readonly string[] };

interface TrainViewState {
  /** By project; null = the chosen run, or the form for a new one. */
  readonly views: Readonly<Record<string, TrainView | null>>;
  /** Runs that are being picked for a comparison; null = none are. */
  readonly picked: Readonly<Record<string, readonly string[] | null>>;
  show(project: string, view: TrainView | null): void;
  pick(project: string, runs: readonly string[] | null): void;
}

/** Kept while other screens are looked at. */
export const useTrainView = create<TrainViewState>((set) => ({
  views: {},
  picked: {},
  show: (project, view) => set((state) => ({ views: { ...state.views, [project]: view } })),
  pick: (project, runs) => set((state) => ({ picked: { ...state.picked, [project]: runs } })),
}));
