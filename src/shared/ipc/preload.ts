import type { ErrorInfo } from './errors';

/** A file or folder that a person chose. `grant` is opaque; `name` is its last path segment, for display. */
export interface Grant {
  readonly grant: string;
  readonly name: string;
}

/**
 * The API of the preload, `window.fovea` on the desktop: nothing else of Electron reaches the page. Values cross the
 * context bridge as structured clones; the renderer's bridge restores types from the contract. `ChosenFile` is the
 * DOM's `File`, which this layer cannot name.
 */
export interface FoveaPreload<ChosenFile> {
  /** Resolves to the envelope of `errors.ts`; never rejects for an expected error. */
  invoke(
    name: string,
    input: unknown,
  ): Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorInfo }>;
  /** Returns a function that ends the subscription. */
  on(event: string, listener: (payload: unknown) => void): () => void;
  /** Grants dropped or chosen files and folders; the preload looks up their paths, so the page cannot forge one. */
  grantFiles(files: readonly ChosenFile[]): Promise<readonly Grant[]>;
}
