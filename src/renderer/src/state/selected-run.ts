import { create } from 'zustand';

interface SelectedRunState {
  /** Run id by project id: the run that Train, Evaluate and Predict show. */
  readonly runs: Readonly<Record<string, string | null>>;
  select(project: string, run: string | null): void;
}

/**
 * The selected run, shared by all screens of a project, so that "Evaluate" and "Predict" open on the run just viewed.
 */
export const useSelectedRun = create<SelectedRunState>((set) => ({
  runs: {},
  select: (project, run) => set((state) => ({ runs: { ...state.runs, [project]: run } })),
}));
