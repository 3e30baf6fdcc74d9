import { create } from 'zustand';
import type { ImageFilter } from '#shared/models/dataset';
import type { ProjectSummary, Settings } from '#shared/models/project';

export const screens = ['projects', 'data', 'train', 'evaluate', 'predict', 'weights', 'settings'] as const;
export type Screen = (typeof screens)[number];

/** A set of images that another screen opens in the Data screen, e.g. a cell of a confusion matrix. */
export interface ImageRequest {
  readonly title: string;
  readonly filter: ImageFilter;
}

interface SessionState {
  readonly screen: Screen;
  readonly project: ProjectSummary | null;
  readonly theme: Settings['theme'];
  readonly imageRequest: ImageRequest | null;
  readonly shortcutsOpen: boolean;
  /** False while web mode's event stream is broken and being reopened. */
  readonly connected: boolean;
  go(screen: Screen): void;
  setProject(project: ProjectSummary | null): void;
  setTheme(theme: Settings['theme']): void;
  /** Opens the Data screen on these images. */
  showImages(request: ImageRequest): void;
  clearImageRequest(): void;
  setShortcutsOpen(open: boolean): void;
}

/** The window's own small state. Everything known to main is requested through `requests.ts`. */
export const useSession = create<SessionState>((set) => ({
  screen: 'projects',
  project: null,
  theme: 'dark',
  imageRequest: null,
  shortcutsOpen: false,
  connected: true,
  go: (screen) => set({ screen }),
  setProject: (project) => set({ project, imageRequest: null }),
  setTheme: (theme) => set({ theme }),
  showImages: (imageRequest) => set({ imageRequest, screen: 'data' }),
  clearImageRequest: () => set({ imageRequest: null }),
  setShortcutsOpen: (shortcutsOpen) => set({ shortcutsOpen }),
}));

export function isScreen(value: string): value is Screen {
  return (screens as readonly string[]).includes(value);
}
