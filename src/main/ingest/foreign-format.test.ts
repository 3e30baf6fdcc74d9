import { expect, test } from 'vitest';
import { foreignFormat } from './foreign-format';
import { foreignReason, notAnImage } from './not-an-image';

/** Padded first bytes as specified by the standards and the programs `file` and libheif. */
const head = (text: string, at = 0) =>
  Buffer.concat([Buffer.alloc(at), Buffer.from(text, 'latin1'), Buffer.alloc(600)]).subarray(0, 512);

test.each([
  ['a GIF image', head('GIF89a')],
  ['a BMP image', head('BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
  ['a TIFF image', head('II*\0\x08\0\0\0')],
  ['a TIFF image', head('MM\0*\0\0\0\x08')],
  ['a BigTIFF image', head('II+\0\x08\0\0\0')],
  ['a WebP image', head('RIFF\x24\0\0\0WEBPVP8 ')],
  ['a HEIC image', head('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
  ['a HEIC image', head('\0\0\0\x18ftypmif1\0\0\0\0mif1heic')],
  ['an AVIF image', head('\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf')],
  ['an AVIF image', head('\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf')],
  ['a JPEG XL image', head('\xff\x0a\xfa\x1f')],
  ['a JPEG XL image', head('\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ')],
  ['a JPEG 2000 image', head('\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ')],
  ['a JPEG 2000 image', head('\xff\x4f\xff\x51\0\x29')],
  ['a PDF document', head('%PDF-1.7\n')],
  ['a NIfTI volume', head('n+1\0', 344)],
  ['a NIfTI-2 volume', head('\x1c\x02\0\0n+2\0\r\n\x1a\n')],
  ['an NRRD volume', head('NRRD0005\n')],
  ['a NumPy array', head('\x93NUMPY\x01\0')],
  ['an HDF5 file', head('\x89HDF\r\n\x1a\n')],
  ['a 7z archive', head('7z\xbc\xaf\x27\x1c\0\x04')],
  ['a RAR archive', head('Rar!\x1a\x07\x01\0')],
  ['a gzip file (as .tar.gz and .nii.gz are)', head('\x1f\x8b\x08\0')],
  ['a bzip2 file (as .tar.bz2 is)', head('BZh91AY&SY')],
  ['an xz file (as .tar.xz is)', head('\xfd7zXZ\0\0\x04')],
  ['a tar archive', head('ustar\x0000', 257)],
  ['a video (MP4 or QuickTime)', head('\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41')],
  ['an AVI video', head('RIFF\x24\0\0\0AVI LIST')],
  ['a Photoshop document', head('8BPS\0\x01')],
  ['an SVG drawing', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['a DICOM file written as text (XML or JSON)', Buffer.from('[{"00080005":{"vr":"CS"}}]')],
])('%s', (name, bytes) => {
  expect(foreignFormat(bytes)?.name).toBe(name);
  expect(foreignReason(bytes, 9999)).toMatch(/which Fovea does not read\. .+\.$/);
  expect(notAnImage(bytes)).toMatchObject({ code: 'not_an_image', hint: expect.stringMatching(/\.$/) });
});

test.each([
  ['a table whose first column is BMI', Buffer.from('BMI,age\n25,60\n'), 'A text file, not an image.'],
  ['a table by name', Buffer.from('BM;GIF\n1;2'), 'A text file, not an image.'],
  ['nothing', Buffer.alloc(0), 'The file is empty.'],
  ['bytes', Buffer.from([1, 2, 3, 0]), 'Not a supported image.'],
  ['an Office document', head('PK\x03\x04\x14\0\x06\0'), expect.stringContaining('.zip')],
])('%s is not taken for another format', (_, bytes, reason) => {
  expect(foreignFormat(bytes)).toBeNull();
  expect(foreignReason(bytes, bytes.length)).toEqual(reason);
});
