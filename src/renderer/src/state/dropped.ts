import { create } from 'zustand';
import { type Grant, platform, type UploadProgress } from '../bridge/bridge';

/** Files and folders on their way from where they were dropped to the import. */
export interface Dropped {
  readonly grants: Promise<readonly Grant[]>;
  /** Tells how far the upload is, in web mode. */
  readonly follow: (listener: (progress: UploadProgress) => void) => void;
  readonly cancel: () => void;
}

/** What was dropped and the Data screen has not taken yet. */
export const useDropped = create<{ readonly dropped: Dropped | null }>(() => ({ dropped: null }));

/** Call it synchronously in the drop handler: the browser empties a DataTransfer when the event ends. */
export function offerDropped(transfer: DataTransfer): void {
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
      follow: (next) => {
        listener = next;
      },
      cancel: () => controller.abort(),
    },
  });
}
