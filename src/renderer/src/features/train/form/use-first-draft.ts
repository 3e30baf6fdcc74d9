import { useEffect, useRef } from 'react';
import { useChosenBackbone } from '../../../state/chosen-backbone';
import { useRequest } from '../../../state/requests';
import { defaultDraft, useDrafts } from '../parts/draft-store';
import { firstDraft, settingsFor } from './first-draft';

/**
 * Sets a project's first draft once runs, backbones and settings are loaded. Later the draft takes over a backbone that
 * a person imports, downloads or chooses on another screen.
 */
export function useFirstDraft(project: string): void {
  const isNew = useDrafts((state) => state.drafts[project] === undefined);
  const replace = useDrafts((state) => state.replace);
  const change = useDrafts((state) => state.change);
  const runs = useRequest('runs.list', { project }).data?.runs;
  const backbones = useRequest('backbones.list', {}).data?.backbones;
  const settings = useRequest('settings.get', {}).data;
  useEffect(() => {
    if (!isNew || runs === undefined || backbones === undefined || settings === undefined) return;
    const draft = firstDraft(runs, backbones, settings.lastBackbone);
    if (draft !== defaultDraft) replace(project, draft);
  }, [isNew, runs, backbones, settings, project, replace]);

  const chosen = useChosenBackbone((state) => state.chosen);
  const takenOver = useRef<typeof chosen>(null);
  useEffect(() => {
    if (chosen === null || takenOver.current === chosen) return;
    takenOver.current = chosen;
    change(project, settingsFor({ ...chosen, pretrained: true }));
  }, [chosen, project, change]);
}
