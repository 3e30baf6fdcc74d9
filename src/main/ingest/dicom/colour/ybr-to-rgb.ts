/**
 * YBR_FULL to RGB (PS3.3, C.7.6.3.1.2, inverted), 8 bits a channel, interleaved.
 * R = Y + 1.402 (Cr - 128), G = Y - 0.344136 (Cb - 128) - 0.714136 (Cr - 128), B = Y + 1.772 (Cb - 128).
 */
export function ybrFullToRgb(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let index = 0; index + 2 < pixels.length; index += 3) {
    const y = pixels[index] as number;
    const cb = (pixels[index + 1] as number) - 128;
    const cr = (pixels[index + 2] as number) - 128;
    out[index] = toByte(y + 1.402 * cr);
    out[index + 1] = toByte(y - 0.344136 * cb - 0.714136 * cr);
    out[index + 2] = toByte(y + 1.772 * cb);
  }
  return out;
}

function toByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
