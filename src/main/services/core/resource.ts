/** Bytes of one resource with their media type. */
export interface Resource {
  readonly bytes: Uint8Array;
  readonly type: string;
}

export interface DisplayOptions {
  /** Frame of the image's file, from 0; null: the image's own. */
  readonly frame: number | null;
  /** In units after the modality LUT; null: the file's own window. */
  readonly window: { readonly center: number; readonly width: number } | null;
  readonly invert: boolean;
}

/**
 * Providers of the resources in `src/shared/ipc/resources.ts`. Reject with a `FoveaError`; `not_found` for a bad id.
 */
export interface ResourceSources {
  thumbnail(project: string, image: number): Promise<Resource>;
  raster(project: string, image: number): Promise<Resource>;
  display(project: string, image: number, options: DisplayOptions): Promise<Resource>;
  /** `config`: unvalidated JSON of an augmentation. */
  augmented(
    project: string,
    image: number,
    options: { seed: number; config: string; pipeline?: string | undefined },
  ): Promise<Resource>;
  predictionImage(prediction: string): Promise<Resource>;
  predictionAttention(prediction: string): Promise<Resource>;
  report(id: string): Promise<Resource>;
}
