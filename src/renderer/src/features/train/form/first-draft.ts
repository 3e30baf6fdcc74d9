import type { BackboneSummary } from '#shared/models/backbone';
import type { RunSummary } from '#shared/models/run';
import { type DraftConfig, defaultDraft } from '../parts/draft-store';

/**
 * The form's initial settings: the backbone of the project's newest run if it is still installed, else any installed
 * pretrained one, with the best preset for it; else the smallest architecture.
 */
export function firstDraft(runs: readonly RunSummary[], backbones: readonly BackboneSummary[]): DraftConfig {
  const installed = backbones.filter((backbone) => backbone.installed || backbone.source === 'architecture');
  const used = runs
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .flatMap((run) => installed.filter(({ name }) => name === run.backbone));
  const first = used[0] ?? installed.find(({ pretrained }) => pretrained);
  if (first === undefined) return defaultDraft;
  return { ...defaultDraft, backbone: first.name, preset: first.pretrained ? 'quick' : defaultDraft.preset };
}
