import { create } from 'zustand';
import { type RunConfig, runConfigSchema } from '#shared/models/run-config';

/** A config being edited. It may be invalid; `runConfigSchema` decides. */
export type DraftConfig = RunConfig;

/** Props of a group of settings. */
export interface SettingsProps {
  readonly draft: DraftConfig;
  readonly change: (changes: Partial<DraftConfig>) => void;
}

interface DraftState {
  /** By project, so that switching screens loses nothing. */
  readonly drafts: Readonly<Record<string, DraftConfig>>;
  readonly names: Readonly<Record<string, string>>;
  /** Whether a new run shows all settings instead of the cards. */
  readonly advanced: Readonly<Record<string, boolean>>;
  change(project: string, changes: Partial<DraftConfig>): void;
  replace(project: string, config: DraftConfig): void;
  rename(project: string, name: string): void;
  setAdvanced(project: string, advanced: boolean): void;
  /** Shows all settings of a new run, with these values; null keeps the present ones. */
  openAdvanced(project: string, config: DraftConfig | null): void;
}

/** The guide's values, on the smallest architecture until a person chooses one. */
export const defaultDraft: DraftConfig = runConfigSchema.parse({ backbone: 'vit-micro' });

export const useDrafts = create<DraftState>((set) => ({
  drafts: {},
  names: {},
  advanced: {},
  change: (project, changes) =>
    set((state) => ({
      drafts: { ...state.drafts, [project]: { ...(state.drafts[project] ?? defaultDraft), ...changes } },
    })),
  replace: (project, config) => set((state) => ({ drafts: { ...state.drafts, [project]: config } })),
  rename: (project, name) => set((state) => ({ names: { ...state.names, [project]: name } })),
  setAdvanced: (project, advanced) => set((state) => ({ advanced: { ...state.advanced, [project]: advanced } })),
  openAdvanced: (project, config) =>
    set((state) => ({
      drafts: config === null ? state.drafts : { ...state.drafts, [project]: config },
      advanced: { ...state.advanced, [project]: true },
    })),
}));
