/** What a PNG or JPEG says of itself outside its pixels. Nothing in it throws: what is not understood is not there. */
export interface PictureHeader {
  /** Bits of a sample that carry the picture, where the file names fewer than it stores: sBIT of a 16-bit PNG. */
  readonly significantBits: number | null;
  /** Height of a stored pixel in widths, before the picture is turned upright; 1 where the file says nothing. */
  readonly pixelAspect: number;
  /** Pictures in the file: frames of an animation, or those of a multi-picture JPEG. One is read. */
  readonly pictures: number;
  /** Whether the file goes on to its own end marker. */
  readonly whole: boolean;
  /** The way of coding that no reader of ours knows, such as "lossless JPEG"; null where there is none. */
  readonly unsupported: string | null;
  /** Sentences for people. */
  readonly notes: readonly string[];
}
