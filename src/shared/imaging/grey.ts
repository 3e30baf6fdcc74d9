import type { Raster } from './raster';

/** ITU-R BT.601 luma in 16-bit fixed point, like Pillow's conversion to "L". */
export function toGrey(raster: Raster): Raster {
  if (raster.channels === 1) return raster;
  const { width, height, data } = raster;
  const grey = new Uint8Array(width * height);
  for (let index = 0, from = 0; index < grey.length; index++, from += 3) {
    const sum = (data[from] as number) * 19595 + (data[from + 1] as number) * 38470 + (data[from + 2] as number) * 7471;
    grey[index] = (sum + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: grey };
}
