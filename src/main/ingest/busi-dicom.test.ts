import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDicomFrame } from './dicom/open-dicom';
import { parseDicom } from './dicom/parse';
import { ingestFile } from './ingest-file';
import { decodeBitmap } from './raster/decode-bitmap';
import { sharedData } from './test-support/shared-data';

const dicom = sharedData('busi-dicom');
const pictures = sharedData('busi');

/**
 * Number of the image in busi/<class>/<class> (N).png that file i of busi-dicom/<class> wraps. Found with pydicom,
 * NumPy and Pillow: the image of the same size with the file's pixels, up to the known mapping.
 */
const sources = {
  benign: [
    350, 54, 279, 53, 310, 27, 69, 225, 366, 378, 250, 226, 33, 116, 436, 394, 427, 118, 333, 379, 227, 329, 248, 386,
    20,
  ],
  malignant: [
    111, 31, 152, 100, 63, 41, 30, 208, 158, 133, 50, 194, 206, 94, 117, 149, 21, 121, 187, 135, 96, 67, 58, 184, 125,
  ],
  normal: [62, 130, 106, 101, 83, 36, 79, 93, 86, 76, 129, 117, 74, 19, 58, 46, 100, 63, 111, 127, 64, 80, 48, 16, 132],
};

/** 12-bit files were made with stored = 12 x level + 200, rescale intercept -200 and window 1530/3060. */
const twelveBits = (level: number) => 12 * level + 200;

const files = Object.entries(sources)
  .flatMap(([label, numbers]) => numbers.map((number) => ({ label, number })))
  .map(({ label, number }, index) => ({
    file: `${label}/IM${String(index).padStart(4, '0')}.dcm`,
    picture: `${label}/${label} (${number}).png`,
  }));

function maxDifference(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let worst = first.length === second.length ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < first.length; index++) {
    worst = Math.max(worst, Math.abs((first[index] as number) - (second[index] as number)));
  }
  return worst;
}

describe.skipIf(dicom.missing || pictures.missing)(`75 wrapped ultrasound images${dicom.why || pictures.why}`, () => {
  test.each(files)('$file matches $picture', async ({ file, picture }) => {
    const path = join(dicom.path, file);
    const source = await decodeBitmap(await readFile(join(pictures.path, picture)));
    const parsed = parseDicom(await readFile(path));
    const { stored, image, window } = await openDicomFrame(parsed, 0);
    const { channels, width, height, samples } = source;
    if (!(samples instanceof Uint8Array)) throw new Error('the pictures have 8 bits');
    const grey = channels === 1 ? samples : samples.filter((_, index) => index % 3 === 0);
    const inverted = image.photometricInterpretation === 'MONOCHROME1';
    const levels = image.samples === 3 ? samples : inverted ? grey.map((level) => 255 - level) : grey;
    const expected = image.bitsStored === 12 ? Uint16Array.from(levels, twelveBits) : levels;
    const lossy = parsed.transferSyntax === '1.2.840.10008.1.2.4.50';
    // With pydicom and GDCM, the JPEG baseline files differ by up to 8 counts.
    expect(maxDifference(stored.values, expected)).toBeLessThanOrEqual(lossy ? 8 : 0);

    const ingested = await ingestFile(path, { kind: 'auto' }, 512);
    expect([ingested.raster.width, ingested.raster.height]).toEqual([width, height]);
    expect(ingested.facts).toMatchObject({ modality: 'US', kind: 'dicom', frames: 1, burnedInAnnotation: 'unknown' });
    expect(ingested.facts.identity.patient).toMatch(/^SYN\d{4}$/);
    if (image.bitsStored === 12) {
      expect(window).toEqual({ center: 1530, width: 3060 });
      expect(maxDifference(ingested.raster.data, grey)).toBeLessThanOrEqual(1);
    } else if (image.samples === 1 && !lossy) {
      const low = grey.reduce((least, level) => Math.min(least, level), 255);
      const high = grey.reduce((most, level) => Math.max(most, level), 0);
      const stretched = grey.map((level) => Math.round((255 * (level - low)) / (high - low)));
      expect(maxDifference(ingested.raster.data, stretched)).toBeLessThanOrEqual(1);
    }
  });
});
