import { create } from 'zustand';
import { type MapChoice, overlayDefaults } from '#shared/imaging/attention-overlay';
import type { ColourMapName } from '#shared/imaging/colour-maps';

/** Files dropped together: the prediction job, and the run whose model predicts them. */
export interface Batch {
  readonly job: string;
  readonly run: string;
}

interface PredictState {
  /** By project, newest last; kept while other screens are open. */
  readonly batches: Readonly<Record<string, readonly Batch[]>>;
  readonly selected: string | null;
  readonly view: ViewSettings;
  add(project: string, batch: Batch): void;
  clear(project: string): void;
  select(prediction: string | null): void;
  setView(changes: Partial<ViewSettings>): void;
}

/** Display settings of a prediction's picture. */
export interface ViewSettings {
  readonly overlay: boolean;
  readonly choice: MapChoice;
  /** 0..1. */
  readonly opacity: number;
  readonly colourMap: ColourMapName;
  readonly sideBySide: boolean;
}

export const usePredictStore = create<PredictState>((set) => ({
  batches: {},
  selected: null,
  view: { overlay: true, choice: { kind: 'rollout' }, ...overlayDefaults, sideBySide: false },
  add: (project, batch) =>
    set((state) => ({ batches: { ...state.batches, [project]: [...(state.batches[project] ?? []), batch] } })),
  clear: (project) => set((state) => ({ batches: { ...state.batches, [project]: [] }, selected: null })),
  select: (selected) => set({ selected }),
  setView: (changes) => set((state) => ({ view: { ...state.view, ...changes } })),
}));
