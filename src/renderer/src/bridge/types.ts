import type { EventName, EventPayload, RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import type { Grant } from '#shared/ipc/preload';

export type { Grant } from '#shared/ipc/preload';

/** `done` and `total` are bytes. Only web mode reports it; the desktop never copies a dropped file. */
export interface UploadProgress {
  readonly done: number;
  readonly total: number;
  readonly files: number;
}

export interface GrantDroppedOptions {
  readonly onProgress?: (progress: UploadProgress) => void;
  readonly signal?: AbortSignal;
}

export interface PickRequest {
  readonly kind: 'files' | 'folder' | 'save';
  readonly title: string;
  readonly suggestedName?: string;
}

/**
 * Web mode has no native dialogs. The window registers its own picker (built on the requests `platform.browse` and
 * `platform.grant`) once, at start; null means that the person cancelled.
 */
export type WebPicker = (request: PickRequest) => Promise<readonly Grant[] | null>;

/** Differences between the desktop and a browser tab. */
export interface Platform {
  readonly mode: 'desktop' | 'web';
  /** One folder, or null if cancelled. */
  pickFolder(options: { title: string }): Promise<Grant | null>;
  /** One or more files, or null if cancelled. */
  pickFiles(options: { title: string }): Promise<readonly Grant[] | null>;
  /**
   * Turns a drop (or a file input's `files`) into grants, folders included. Call it synchronously in the drop handler:
   * the browser empties a DataTransfer when the event ends.
   */
  grantDropped(dropped: DataTransfer | readonly File[], options?: GrantDroppedOptions): Promise<readonly Grant[]>;
  /** Registers the picker in web mode. Ignored on the desktop, which has native dialogs. */
  setWebPicker(picker: WebPicker): void;
}

/** `lost`: web mode's event stream broke and is being reopened. Once it is `open` again, refetch everything shown. */
export type ConnectionState = 'open' | 'lost';

export interface Bridge {
  /** Rejects with a `FoveaError` (code, message, hint) from `#shared/ipc/errors`. */
  invoke<K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>>;
  /** Returns a function that ends the subscription. */
  on<K extends EventName>(event: K, listener: (payload: EventPayload<K>) => void): () => void;
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /** Turns a path of `#shared/ipc/resources` into a URL for `src` or `fetch`. */
  resourceUrl(path: string): string;
  readonly platform: Platform;
}
