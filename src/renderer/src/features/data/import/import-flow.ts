import { useCallback, useEffect, useRef, useState } from 'react';
import type { ImportOptions, ImportPlan, ImportResult } from '#shared/models/dataset';
import { formatCount, formatQuantity } from '#shared/text/number';
import { type Grant, invoke, platform, type UploadProgress } from '../../../bridge/bridge';
import { type PendingDrop, useDropped } from '../../../state/dropped';
import { cancelJob, startJob } from '../../../state/jobs';
import { useSession } from '../../../state/session';
import { showError, showToast } from '../../../state/toasts';

/** State of the window's import; only one runs at a time. */
export type ImportStage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'uploading'; readonly progress: UploadProgress | null }
  | { readonly kind: 'scanning'; readonly names: readonly string[] }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'plan'; readonly plan: ImportPlan }
  | { readonly kind: 'importing'; readonly job: string }
  | { readonly kind: 'result'; readonly result: ImportResult };

export interface ImportFlow {
  readonly stage: ImportStage;
  readonly addFolder: () => void;
  readonly addFiles: () => void;
  readonly start: (options: ImportOptions, labels: Grant | null) => void;
  readonly cancelImport: () => void;
  readonly showLast: (result: ImportResult) => void;
  readonly close: () => void;
}

/** Runs an import: from the dropped or chosen files, through the confirmed plan, to the result. */
export function useImportFlow(project: string): ImportFlow {
  const [stage, setStage] = useState<ImportStage>({ kind: 'idle' });
  const cancelUpload = useRef<(() => void) | null>(null);
  /** Numbers imports, so that a late answer does not reopen a closed dialog. */
  const currentGeneration = useRef(0);

  const scan = useCallback(
    async (grants: readonly Grant[], generation: number) => {
      if (currentGeneration.current !== generation) return;
      if (grants.length === 0) {
        setStage({ kind: 'idle' });
        return;
      }
      setStage({ kind: 'scanning', names: grants.map(({ name }) => name) });
      const plan = await invoke('dataset.scan', { project, grants: grants.map(({ grant }) => grant) });
      if (currentGeneration.current === generation) setStage({ kind: 'plan', plan });
    },
    [project],
  );
  const guard = useCallback(async (generation: number, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (currentGeneration.current === generation) setStage({ kind: 'failed', error });
    }
  }, []);
  const begin = () => {
    currentGeneration.current += 1;
    return currentGeneration.current;
  };

  const addFolder = async () => {
    const generation = begin();
    await guard(generation, async () => {
      const folder = await platform.pickFolder({ title: 'Add a folder of images' });
      if (folder !== null) await scan([folder], generation);
    });
  };
  const addFiles = async () => {
    const generation = begin();
    await guard(generation, async () => {
      const files = await platform.pickFiles({ title: 'Add image files' });
      if (files !== null) await scan(files, generation);
    });
  };
  const dropped = useDropped((state) => state.dropped);
  const importDrop = (files: PendingDrop) => {
    useDropped.setState({ dropped: null });
    const generation = begin();
    cancelUpload.current = files.cancel;
    files.onProgress(
      (progress) => currentGeneration.current === generation && setStage({ kind: 'uploading', progress }),
    );
    setStage({ kind: 'uploading', progress: null });
    void guard(generation, async () => scan(await files.grants, generation));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each drop is imported once
  useEffect(() => {
    if (dropped !== null) importDrop(dropped);
  }, [dropped]);
  /** Id of the confirmed plan: a second click may come before the first has an answer. */
  const confirmedPlan = useRef<string | null>(null);
  const start = (options: ImportOptions, labels: Grant | null) => {
    if (stage.kind !== 'plan' || confirmedPlan.current === stage.plan.id) return;
    const { plan } = stage;
    confirmedPlan.current = plan.id;
    const generation = begin();
    void runImport(plan.id, options, labels, generation).catch((error) => {
      if (currentGeneration.current === generation) setStage({ kind: 'failed', error });
      else showError(error);
    });
  };
  const runImport = async (plan: string, options: ImportOptions, labels: Grant | null, generation: number) => {
    const job = await startJob('dataset.import', { project, plan, options, labels: labels?.grant ?? null });
    if (currentGeneration.current === generation) setStage({ kind: 'importing', job: job.id });
    const result = await job.result;
    if (currentGeneration.current === generation) {
      setStage(result === null ? { kind: 'idle' } : { kind: 'result', result });
    } else if (result !== null) {
      const show = () => {
        useSession.getState().go('data');
        setStage({ kind: 'result', result });
      };
      showToast({
        kind: 'success',
        message: `Import finished: ${formatQuantity(result.added, 'image')} added, ${formatCount(result.skipped.length)} skipped`,
        action: { label: 'Show', run: show },
      });
    }
  };
  const close = () => {
    currentGeneration.current += 1;
    cancelUpload.current?.();
    cancelUpload.current = null;
    setStage({ kind: 'idle' });
  };
  const cancelImport = () => {
    if (stage.kind === 'importing') cancelJob(stage.job);
  };
  return {
    stage,
    addFolder,
    addFiles,
    start,
    cancelImport,
    showLast: (result) => setStage({ kind: 'result', result }),
    close,
  };
}
