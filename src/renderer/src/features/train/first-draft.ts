import { useEffect } from 'react';
import type { BackboneSummary } from '#shared/models/backbone';
import type { RunSummary } from '#shared/models/run';
import { useRequest } from '../../state/requests';
import { type DraftConfig, defaultDraft, useDrafts } from './draft-store';

/**
 * What the form begins with: the backbone of the project's newest run that is still here, else a pretrained one on this
 * machine, with the preset that is best for it; else the smallest architecture.
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

/** Gives a project its first draft, once what it goes by is known. */
export function useFirstDraft(project: string): void {
  const isNew = useDrafts((state) => state.drafts[project] === undefined);
  const replace = useDrafts((state) => state.replace);
  const runs = useRequest('runs.list', { project }).data?.runs;
  const backbones = useRequest('backbones.list', {}).data?.backbones;
  useEffect(() => {
    if (!isNew || runs === undefined || backbones === undefined) return;
    const draft = firstDraft(runs, backbones);
    if (draft !== defaultDraft) replace(project, draft);
  }, [isNew, runs, backbones, project, replace]);
}
