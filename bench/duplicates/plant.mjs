import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** Modifications of copies: common ways in which the same picture reappears in a dataset. */
const changes = {
  mirrored: (image) => image.flop(),
  'turned by 90': (image) => image.rotate(90),
  'turned by 8': (image) => image.rotate(8, { background: '#000' }),
  'upside down': (image) => image.flip(),
  'cropped to 0.85': (image, size) => image.extract(box(size, 0.85, 0.1, 0.05)),
  'cropped to 0.7': (image, size) => image.extract(box(size, 0.7, 0.2, 0.15)),
  'cropped and mirrored': (image, size) => image.extract(box(size, 0.8, 0.1, 0.1)).flop(),
  'stretched and mirrored': (image) => image.flop().resize(224, 224, { fit: 'fill' }),
  'gamma 2, mirrored': (image) => image.gamma(2).flop(),
  'half the contrast, cropped': (image, size) => image.extract(box(size, 0.8, 0.15, 0.1)).linear(0.5, 60),
};

const box = ({ width, height }, share, left, top) => ({
  left: Math.round(left * width),
  top: Math.round(top * height),
  width: Math.round(share * width),
  height: Math.round(share * height),
});

/**
 * Copies the images of `from` into `to` and adds modified copies of every `every`-th one, as JPEG of quality 85.
 * Returns the pairs as [path of the image, path of the copy, modification].
 */
export async function plant(from, to, every) {
  const names = (await readdir(from, { recursive: true })).filter((name) => /\.png$/i.test(name)).sort();
  const planted = [];
  const kinds = Object.entries(changes);
  for (const [index, name] of names.entries()) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await copyFile(join(from, name), join(to, name));
    if (index % every !== 0) continue;
    const [kind, change] = kinds[planted.length % kinds.length];
    const copy = name.replace(/\.png$/i, ` planted ${planted.length}.jpg`);
    // Decoded first, because sharp reorders the steps of a single chain.
    const { data, info } = await sharp(join(from, name)).flatten().toBuffer({ resolveWithObject: true });
    await writeFile(join(to, copy), await change(sharp(data), info).jpeg({ quality: 85 }).toBuffer());
    planted.push([name, copy, kind]);
  }
  return planted;
}
