/** Facts about a PNG or JPEG outside its pixels. Reading them never throws: unrecognised content counts as absent. */
export interface BitmapHeader {
  /** Significant bits per sample, if the file declares fewer than it stores: sBIT of a 16-bit PNG. */
  readonly significantBits: number | null;
  /** Height of a stored pixel divided by its width, before orientation; 1 if not declared. */
  readonly pixelAspect: number;
  /** Number of images in the file: frames of an animation, or images of a multi-picture JPEG. Only one is read. */
  readonly pictures: number;
  /** Whether the file extends to its end marker. */
  readonly whole: boolean;
  /** The coding that Fovea does not support, such as "lossless JPEG"; null if there is none. */
  readonly unsupported: string | null;
  /** Sentences for people. */
  readonly notes: readonly string[];
}
