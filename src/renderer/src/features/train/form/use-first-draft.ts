import { useEffect } from 'react';
import { useRequest } from '../../../state/requests';
import { defaultDraft, useDrafts } from '../parts/draft-store';
import { firstDraft } from './first-draft';

/** Sets a project's first draft once runs and backbones are loaded. */
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
