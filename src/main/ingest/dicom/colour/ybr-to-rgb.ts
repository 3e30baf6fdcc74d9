/** YCbCr to RGB: the Y of black, and the factors of Y and of the two chroma values centred at 128. */
interface Conversion {
  readonly black: number;
  readonly luma: number;
  readonly redCr: number;
  readonly greenCb: number;
  readonly greenCr: number;
  readonly blueCb: number;
}

/** YBR_FULL (PS3.3, C.7.6.3.1.2, inverted): the full range, 0 to 255. */
const FULL: Conversion = { black: 0, luma: 1, redCr: 1.402, greenCb: -0.344136, greenCr: -0.714136, blueCb: 1.772 };

/** YBR_PARTIAL (same clause, inverted): Y from 16 to 235, Cb and Cr from 16 to 240, as in video. */
const PARTIAL: Conversion = {
  black: 16,
  luma: 255 / 219,
  redCr: (1.402 * 255) / 224,
  greenCb: (-0.344136 * 255) / 224,
  greenCr: (-0.714136 * 255) / 224,
  blueCb: (1.772 * 255) / 224,
};

function convert(pixels: Uint8Array, { black, luma, redCr, greenCb, greenCr, blueCb }: Conversion): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let index = 0; index + 2 < pixels.length; index += 3) {
    const y = luma * ((pixels[index] as number) - black);
    const cb = (pixels[index + 1] as number) - 128;
    const cr = (pixels[index + 2] as number) - 128;
    out[index] = toByte(y + redCr * cr);
    out[index + 1] = toByte(y + greenCb * cb + greenCr * cr);
    out[index + 2] = toByte(y + blueCb * cb);
  }
  return out;
}

/** 8 bits a channel, interleaved. */
export function ybrFullToRgb(pixels: Uint8Array): Uint8Array {
  return convert(pixels, FULL);
}

/** 8 bits a channel, interleaved. */
export function ybrPartialToRgb(pixels: Uint8Array): Uint8Array {
  return convert(pixels, PARTIAL);
}

function toByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
