/** Bytes of one resource with their media type. */
export interface Resource {
  readonly bytes: Uint8Array;
  readonly type: string;
}

export interface DisplayOptions {
  /** Of the image's file, from 0; null is the image's own. */
  readonly frame: number | null;
  /** In units after the modality LUT; null takes the file's own window. */
  readonly window: { readonly center: number; readonly width: number } | null;
  readonly invert: boolean;
}

/** Who makes what `src/shared/ipc/resources.ts` names. Each rejects with a `FoveaError`, `not_found` for a wrong id. */
export interface ResourceSources {
  thumbnail(project: string, image: number): Promise<Resource>;
  raster(project: string, image: number): Promise<Resource>;
  display(project: string, image: number, options: DisplayOptions): Promise<Resource>;
  /** `config`: JSON of an augmentation, not yet checked. */
  augmented(project: string, image: number, options: { seed: number; config: string }): Promise<Resource>;
  predictionImage(prediction: string): Promise<Resource>;
  predictionAttention(prediction: string): Promise<Resource>;
  report(id: string): Promise<Resource>;
}
