/** Little-endian bytes of one frame, from a decoder or an uncompressed file. */
export interface DecodedFrame {
  /** rows x columns x samples values of `bytesPerSample`, plane by plane or interleaved (`planar`). */
  readonly bytes: Uint8Array;
  readonly bytesPerSample: 1 | 2 | 4 | 8;
  readonly planar: boolean;
  /** Significant bits, counted from bit 0; higher ones are sign or garbage. */
  readonly precision: number;
  /** Position of the lowest bit of the value (High Bit + 1 - Bits Stored for uncompressed data, else 0). */
  readonly shift: number;
  /** The decoder has already extended the sign. */
  readonly signExtended: boolean;
  /**
   * Photometric interpretation of the decoded values: a decoder may have converted the colours (JPEG 2000 always does),
   * or the codestream may contradict the header.
   */
  readonly photometricInterpretation: string;
}
