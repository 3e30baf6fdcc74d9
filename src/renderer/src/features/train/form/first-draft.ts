import type { BackboneSummary } from '#shared/models/backbone';
import type { RunSummary } from '#shared/models/run';
import { defaultBackbone } from '#shared/training/default-backbone';
import { type DraftConfig, defaultDraft } from '../parts/draft-store';

/**
 * The form's initial settings: the backbone of the project's newest run if it is still installed, else the default
 * backbone of this computer, with the best preset for it; else the smallest architecture.
 */
export function firstDraft(
  runs: readonly RunSummary[],
  backbones: readonly BackboneSummary[],
  lastBackbone: string | null,
): DraftConfig {
  const installed = backbones.filter((backbone) => backbone.installed || backbone.source === 'architecture');
  const used = runs
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .flatMap((run) => installed.filter(({ name }) => name === run.backbone));
  const first = used[0] ?? defaultBackbone(backbones, lastBackbone);
  if (first === null) return defaultDraft;
  return { ...defaultDraft, ...settingsFor(first) };
}

/** What a form takes over with a backbone: its own image size and, if it is pretrained, the run of the *fast* card. */
export const settingsFor = ({ name, pretrained }: Pick<BackboneSummary, 'name' | 'pretrained'>) => ({
  backbone: name,
  imageSize: null,
  preset: pretrained ? ('quick' as const) : defaultDraft.preset,
  headSolver: pretrained ? ('logistic' as const) : defaultDraft.headSolver,
});
