import { create } from 'zustand';
import { type Grant, platform, type UploadProgress } from '../bridge/bridge';

/** Dropped files and folders on their way to the import. */
export interface PendingDrop {
  readonly grants: Promise<readonly Grant[]>;
  /** Reports the upload's progress, in web mode. */
  readonly onProgress: (listener: (progress: UploadProgress) => void) => void;
  readonly cancel: () => void;
}

/** The last drop, until the Data screen takes it. */
export const useDropped = create<{ readonly dropped: PendingDrop | null }>(() => ({ dropped: null }));

/** Must be called synchronously in the drop handler: the browser empties a DataTransfer when the event ends. */
export function acceptDrop(transfer: DataTransfer): void {
  useDropped.getState().dropped?.cancel();
  const controller = new AbortController();
  let listener: (progress: UploadProgress) => void = () => {};
  const grants = platform.grantDropped(transfer, {
    signal: controller.signal,
    onProgress: (progress) => listener(progress),
  });
  // The consumer handles the rejection.
  grants.catch(() => {});
  useDropped.setState({
    dropped: {
      grants,
      onProgress: (next) => {
        listener = next;
      },
      cancel: () => controller.abort(),
    },
  });
}

/** The name of a dropped folder, or of the folder that a dropped zip archive was packed from; null for other files. */
export function droppedName({ items }: DataTransfer): string | null {
  const [first] = items;
  if (first?.kind !== 'file') return null;
  const entry = first.webkitGetAsEntry();
  if (entry?.isDirectory === true) return entry.name;
  const archive = /^(.+)\.zip$/i.exec(entry?.name ?? first.getAsFile()?.name ?? '');
  return archive?.[1] ?? null;
}
