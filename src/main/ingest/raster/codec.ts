import sharp from 'sharp';
import type { Raster } from '#shared/imaging/raster';

// libvips opens dozens of formats; only these two are ours. Decode hosts are many processes of one thread each.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg'] });
sharp.concurrency(1);
sharp.cache(false);

export { sharp };

function open({ data, width, height, channels }: Raster) {
  const image = sharp(data, { raw: { width, height, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** Lossless, at the size of the raster. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return open(raster).png({ compressionLevel: 6 }).toBuffer();
}

/** For thumbnails: quality 80. */
export async function encodeJpeg(raster: Raster): Promise<Uint8Array> {
  return open(raster).jpeg({ quality: 80 }).toBuffer();
}
