import sharp from 'sharp';
import type { Raster } from '#shared/imaging/raster';

// libvips supports dozens of formats; allow only these two. Decode hosts are many single-threaded processes.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg'] });
sharp.concurrency(1);
sharp.cache(false);

export { sharp };

function open({ data, width, height, channels }: Raster) {
  const image = sharp(data, { raw: { width, height, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** Encodes a raster losslessly, at its own size. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return open(raster).png({ compressionLevel: 6 }).toBuffer();
}

/** Encodes a thumbnail with quality 80. */
export async function encodeJpeg(raster: Raster): Promise<Uint8Array> {
  return open(raster).jpeg({ quality: 80 }).toBuffer();
}
