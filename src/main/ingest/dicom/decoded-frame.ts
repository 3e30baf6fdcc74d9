/** Bytes of one frame, little endian, as a decoder or an uncompressed file gives them. */
export interface DecodedFrame {
  /** rows x columns x samples values of `bytesPerSample`, in the order that `planar` says. */
  readonly bytes: Uint8Array;
  readonly bytesPerSample: 1 | 2 | 4 | 8;
  readonly planar: boolean;
  /** Bits that carry the value, counted from bit 0; more are sign or rubbish. */
  readonly precision: number;
  /** Position of the lowest bit of the value (High Bit + 1 - Bits Stored for uncompressed data, else 0). */
  readonly shift: number;
  /** The decoder has extended the sign already. */
  readonly signExtended: boolean;
  /**
   * What the values are now, as a photometric interpretation: a decoder may have converted the colours (JPEG 2000
   * always does), or the codestream may contradict the header.
   */
  readonly photometricInterpretation: string;
}
