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
  change(project: string, changes: Partial<DraftConfig>): void;
  replace(project: string, config: DraftConfig): void;
  rename(project: string, name: string): void;
}

/** The guide's values, on the smallest architecture until a person chooses one. */
export const defaultDraft: DraftConfig = runConfigSchema.parse({ backbone: 'vit-micro' });

export const useDrafts = create<DraftState>((set) => ({
  drafts: {},
  names: {},
  change: (project, changes) =>
    set((state) => ({
      drafts: { ...state.drafts, [project]: { ...(state.drafts[project] ?? defaultDraft), ...changes } },
    })),
  replace: (project, config) => set((state) => ({ drafts: { ...state.drafts, [project]: config } })),
  rename: (project, name) => set((state) => ({ names: { ...state.names, [project]: name } })),
}));
