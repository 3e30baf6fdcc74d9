import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDicomFrame } from './dicom/open-dicom';
import { parseDicom } from './dicom/parse';
import { inspectFile, summariseDisplay } from './inspect-file';
import { sharedData } from './test-support/shared-data';

interface Expected {
  readonly frame0?: {
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly sha256_le: string;
  };
  readonly dcmtk_display?: { readonly window: string; readonly grid8: readonly (readonly number[][])[] | null };
  readonly has_pixels: boolean;
}

/** Files that Fovea rejects although the reference decoder returns stored values. */
const refused: Readonly<Record<string, string>> = {
  'pydicom/JPEG2000-embedded-sequence-delimiter.dcm':
    'its codestream says 3,722,445,056 columns where the file says 256; the reference reads other values than from the intact JPEG2000.dcm',
};

/** Expected errors of files that no reference decodes, and of files without pixels. All others are `no_pixel_data`. */
const reasons: Readonly<Record<string, string>> = {
  'cornerstone/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm': 'unsupported_transfer_syntax',
  'cornerstone/CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm': 'unsupported_transfer_syntax',
  'cornerstone/wadors/CTImageEvenAligned.dat': 'not_an_image',
  'cornerstone/wadors/CTImageOddAligned.dat': 'not_an_image',
  'cornerstone/wadors/metadata': 'not_an_image',
  'dcm4che/src/main/resources/3gb-bulk-data-truncated': 'too_large',
  'dcm4che/src/main/resources/will-jxl.dcm': 'unsupported_transfer_syntax',
  'pydicom/JPEG2000-embedded-sequence-delimiter.dcm': 'damaged',
  'pydicom/MR_truncated.dcm': 'truncated',
  // They describe no image; a private group 0001 takes the place of the end of the file meta group.
  'pydicom/meta_missing_tsyntax.dcm': 'not_dicom_image',
  'pydicom/nested_priv_SQ.dcm': 'not_dicom_image',
  // One extra byte before the data set.
  'pydicom/no_meta.dcm': 'not_an_image',
  'pydicom/rtplan_truncated.dcm': 'truncated',
};

/**
 * Files that the reference does not decode but another decoder does: [min, max, mean] of frame 0 from pylibjpeg-libjpeg
 * 2.5 (JPEG extended), from NumPy on the inflated bytes (deflated), from pydicom 3.0.2, which detects implicit
 * representations (SC_rgb_jpeg), from NumPy on the raw bytes (the others).
 */
const otherDecoders: Readonly<Record<string, readonly [number, number, number, tolerance: number]>> = {
  'cornerstone/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm': [1011, 2223, 1407.637, 1],
  'cornerstone/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm': [498, 2708, 1548.282, 1],
  'dicomparser/encapsulated/multi-frame/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm': [1011, 2223, 1407.637, 1],
  'pydicom/JPGExtended.dcm': [0, 264, 14.383, 1],
  // One byte of the scan header (spectral selection) differs from JPGExtended.dcm, which pylibjpeg reads.
  'dcm4che/src/main/resources/NM1_JPLY': [0, 264, 14.383, 1],
  'pydicom/JPEG-lossy.dcm': [0, 264, 14.383, 1],
  'cornerstone/CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm': [
    -2000, 2402, 74.924, 0.001,
  ],
  'dicomparser/deflate/image_dfl': [0, 255, 127.116, 0.001],
  'pydicom/image_dfl.dcm': [0, 255, 127.116, 0.001],
  'dcm4che/src/main/resources/OT-PAL-8-face': [56, 149, 109.318, 0.001],
  // Written with implicit value representations under an explicit transfer syntax.
  'pydicom/SC_rgb_jpeg.dcm': [134, 252, 243.972, 1],
  'pydicom/badVR.dcm': [795000, 1254000, 1013780, 0.001],
};

/** Images that DCMTK displays differently, and why Fovea's result is intended. */
function displayException(name: string): string | null {
  if (name.includes('CT1_UNC')) return 'DCMTK counts the pixel padding value in the range';
  if (name.includes('ovly_p01') || name.includes('examples_overlay')) return 'DCMTK draws the overlay';
  if (name.includes('rtdose_expb')) return 'DCMTK swaps 32-bit big-endian values as 16-bit words';
  return null;
}

/**
 * Enhanced files with a window in the functional groups, which DCMTK ignored: it displays the full range. pydicom reads
 * window 49/102 and rescale intercept -1024 there, for each of the two frames.
 */
const windowInFunctionalGroups = (name: string) => name.includes('CT0012');

async function fullRangeGrid(path: string) {
  const frame = await openDicomFrame(parseDicom(readFileSync(path)), 0);
  return summariseDisplay(frame.forModel({ kind: 'full-range' }), null);
}

const sets = ['cornerstone', 'dcm4che', 'dicomparser', 'pydicom'];

describe.each(sets)('reference images: %s', (set) => {
  const { path, missing, why } = sharedData(`dicom/${set}`);
  const expected: Readonly<Record<string, Expected>> = missing
    ? {}
    : JSON.parse(readFileSync(join(path, 'expected.json'), 'utf8'));

  test.skipIf(missing)(`stored values, image and reasons${why}`, async () => {
    const wrong: string[] = [];
    for (const [file, { frame0, dcmtk_display: display }] of Object.entries(expected)) {
      const name = `${set}/${file}`;
      const seen = await inspectFile(join(path, file), false);
      const say = (what: string) => wrong.push(`${name}: ${what}`);
      if (frame0 !== undefined && refused[name] === undefined) {
        // NumPy marks big-endian types; Fovea's values are in native order.
        const dtype = frame0.dtype.replace('>i2', 'int16').replace('>u4', 'uint32');
        const { sha256_le, shape } = frame0;
        const got = seen.frame0;
        if (got?.sha256le !== sha256_le) say(`other values (${got?.min} to ${got?.max}, ${seen.error?.message})`);
        if (got?.dtype !== dtype || String(got.shape) !== String(shape)) say(`${got?.dtype} ${got?.shape}`);
      } else if (seen.ok) {
        const other = otherDecoders[name];
        const got = seen.frame0;
        if (other === undefined || got === null) say('read, but nothing to check it against');
        else if (
          [got.min, got.max, got.mean].some((value, index) => Math.abs(value - (other[index] as number)) > other[3])
        ) {
          say(`${got.min} to ${got.max}, mean ${got.mean}`);
        }
      } else {
        const directory = file.includes('DICOMDIR') ? 'not_dicom_image' : 'no_pixel_data';
        const reason = reasons[name] ?? directory;
        if (seen.error?.code !== reason) say(`${seen.error?.code} instead of ${reason}`);
      }
      if (display?.grid8 && seen.display !== null && displayException(name) === null) {
        const enhanced = windowInFunctionalGroups(name);
        if (enhanced && (seen.display.window?.center !== 49 || seen.display.window.width !== 102)) {
          say(`window ${seen.display.window?.center}/${seen.display.window?.width}`);
        }
        const cells = (enhanced ? await fullRangeGrid(join(path, file)) : seen.display).grid8.flat(2);
        const worst = display.grid8
          .flat(2)
          .reduce((most, level, index) => Math.max(most, Math.abs(level - (cells[index] as number))), 0);
        if (worst > 3) say(`the picture differs by ${worst} levels`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
