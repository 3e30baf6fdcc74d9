import { create } from 'zustand';
import { isJob, type Job, type JobOf } from '#shared/ipc/contract';
import type { BackboneSummary } from '#shared/models/backbone';
import { invoke } from '../../bridge/bridge';
import { useActivity } from '../../state/activity';
import { chooseBackbone } from '../../state/chosen-backbone';
import { openDestination } from '../../state/destinations';
import { startJob } from '../../state/jobs';
import { useSession } from '../../state/session';
import { showError, showToast } from '../../state/toasts';

interface DownloadState {
  /** Downloads that main has not announced yet. */
  readonly starting: ReadonlySet<string>;
  /** Errors of the last attempts, by name. */
  readonly failures: Readonly<Record<string, unknown>>;
}

const useDownloads = create<DownloadState>(() => ({ starting: new Set(), failures: {} }));

const setStarting = (name: string, isStarting: boolean) =>
  useDownloads.setState(({ starting }) => {
    const next = new Set(starting);
    if (isStarting) next.add(name);
    else next.delete(name);
    return { starting: next };
  });

const setFailure = (name: string, failure: unknown) =>
  useDownloads.setState(({ failures }) => ({ failures: { ...failures, [name]: failure } }));

/** Downloads a checkpoint of the catalogue. Continues where an earlier attempt stopped. */
export async function downloadWeights(name: string): Promise<void> {
  if (useDownloads.getState().starting.has(name)) return;
  setStarting(name, true);
  setFailure(name, null);
  try {
    const { result } = await startJob('backbones.download', { name });
    const backbone = await result;
    if (backbone !== null) announceWeights(backbone);
  } catch (failure) {
    setFailure(name, failure);
  } finally {
    setStarting(name, false);
  }
}

/** Tells the forms and the person that weights are ready. Main has already made them the default. */
export function announceWeights(backbone: BackboneSummary): void {
  chooseBackbone(backbone);
  const project = useSession.getState().project;
  showToast({
    kind: 'success',
    message: `${backbone.name} is ready and the default of new runs`,
    action: project === null ? null : { label: 'Train', run: () => openDestination('new-run') },
  });
}

/** Makes installed weights the default of new runs and opens the form for one. */
export async function trainWith(backbone: BackboneSummary): Promise<void> {
  try {
    await invoke('settings.set', { lastBackbone: backbone.name });
    chooseBackbone(backbone);
    if (useSession.getState().project !== null) openDestination('new-run');
    else showToast({ message: `${backbone.name} is the default of new runs` });
  } catch (error) {
    showError(error);
  }
}

const isDownloadOf = (name: string) => (job: Job) =>
  job.state === 'running' &&
  isJob(job, 'backbones.download') &&
  job.progress.kind === 'working' &&
  job.progress.part === name;

export interface Download {
  readonly running: boolean;
  /** Null before main has announced it. */
  readonly job: JobOf<'backbones.download'> | null;
  readonly failure: unknown;
  clearFailure(): void;
}

/** The download of a checkpoint, whoever started it. */
export function useDownload(name: string): Download {
  const job = useActivity(({ jobs }) => Object.values(jobs).find(isDownloadOf(name)) ?? null);
  const starting = useDownloads((state) => state.starting.has(name));
  const failure = useDownloads((state) => state.failures[name] ?? null);
  return {
    running: starting || job !== null,
    job: job as JobOf<'backbones.download'> | null,
    failure,
    clearFailure: () => setFailure(name, null),
  };
}
