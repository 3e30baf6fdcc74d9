/** A format that Fovea recognises but does not read. */
export interface ForeignFormat {
  /** With its article: "a HEIC image". */
  readonly name: string;
  /** What the user can do about it, in one sentence. */
  readonly advice: string;
}

const AS_IMAGE = 'Save it as PNG or JPEG.';
const AS_TIFF = 'Save it as PNG, which keeps 16 bits, or import the original DICOM file.';
const AS_VOLUME = 'Import the original DICOM files, or save its slices as PNG.';
const AS_VIDEO = 'Save the frames you need as PNG or JPEG.';
const UNPACK = 'Unpack it and import the folder, or pack it as a zip archive.';
const AS_DOCUMENT = 'Save its images as PNG or JPEG.';

interface Signature extends ForeignFormat {
  readonly at?: number;
  /** One character per byte. */
  readonly bytes: string;
}

/** Signatures at the beginning of a file, or at offset `at`. */
const signatures: readonly Signature[] = [
  { bytes: 'GIF8', name: 'a GIF image', advice: AS_IMAGE },
  { bytes: 'II*\0', name: 'a TIFF image', advice: AS_TIFF },
  { bytes: 'MM\0*', name: 'a TIFF image', advice: AS_TIFF },
  { bytes: 'II+\0', name: 'a BigTIFF image', advice: AS_TIFF },
  { bytes: 'MM\0+', name: 'a BigTIFF image', advice: AS_TIFF },
  { bytes: '\xff\x0a', name: 'a JPEG XL image', advice: AS_IMAGE },
  { bytes: '\0\0\0\x0cJXL \r\n\x87\n', name: 'a JPEG XL image', advice: AS_IMAGE },
  { bytes: '\0\0\0\x0cjP  \r\n\x87\n', name: 'a JPEG 2000 image', advice: AS_IMAGE },
  { bytes: '\xff\x4f\xff\x51', name: 'a JPEG 2000 image', advice: AS_IMAGE },
  { bytes: 'II\xbc', name: 'a JPEG XR image', advice: AS_IMAGE },
  { bytes: '8BPS', name: 'a Photoshop document', advice: AS_IMAGE },
  { bytes: '\x8bJNG\r\n\x1a\n', name: 'a JNG image', advice: AS_IMAGE },
  { bytes: '\x8aMNG\r\n\x1a\n', name: 'an MNG animation', advice: AS_IMAGE },
  { bytes: '%PDF-', name: 'a PDF document', advice: AS_DOCUMENT },
  { bytes: '{\\rtf', name: 'an RTF document', advice: AS_DOCUMENT },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', name: 'an Office document', advice: AS_DOCUMENT },
  { at: 344, bytes: 'n+1\0', name: 'a NIfTI volume', advice: AS_VOLUME },
  { at: 344, bytes: 'ni1\0', name: 'a NIfTI header', advice: AS_VOLUME },
  { at: 4, bytes: 'n+2\0\r\n\x1a\n', name: 'a NIfTI-2 volume', advice: AS_VOLUME },
  { at: 4, bytes: 'ni2\0\r\n\x1a\n', name: 'a NIfTI-2 header', advice: AS_VOLUME },
  { bytes: '\x5c\x01\0\0', name: 'an Analyze header', advice: AS_VOLUME },
  { bytes: '\0\0\x01\x5c', name: 'an Analyze header', advice: AS_VOLUME },
  { bytes: 'NRRD000', name: 'an NRRD volume', advice: AS_VOLUME },
  { bytes: 'ObjectType =', name: 'a MetaImage volume', advice: AS_VOLUME },
  { bytes: '\x89HDF\r\n\x1a\n', name: 'an HDF5 file', advice: AS_VOLUME },
  { bytes: '\x93NUMPY', name: 'a NumPy array', advice: 'Save it as PNG, which keeps 16 bits.' },
  { bytes: 'MATLAB 5.0', name: 'a MATLAB file', advice: 'Save its arrays as PNG, which keeps 16 bits.' },
  { bytes: 'PAR1', name: 'a Parquet table', advice: 'Save its images as PNG or JPEG, and its labels as CSV.' },
  { bytes: '7z\xbc\xaf\x27\x1c', name: 'a 7z archive', advice: UNPACK },
  { bytes: 'Rar!\x1a\x07', name: 'a RAR archive', advice: UNPACK },
  { bytes: '\x1f\x8b', name: 'a gzip file (as .tar.gz and .nii.gz are)', advice: UNPACK },
  { at: 4, bytes: '1AY&SY', name: 'a bzip2 file (as .tar.bz2 is)', advice: UNPACK },
  { bytes: '\xfd7zXZ\0', name: 'an xz file (as .tar.xz is)', advice: UNPACK },
  { bytes: '\x28\xb5\x2f\xfd', name: 'a Zstandard file (as .tar.zst is)', advice: UNPACK },
  { at: 257, bytes: 'ustar', name: 'a tar archive', advice: UNPACK },
  { bytes: '\x1a\x45\xdf\xa3', name: 'a Matroska or WebM video', advice: AS_VIDEO },
  { bytes: '\0\0\x01\xba', name: 'an MPEG video', advice: AS_VIDEO },
  { bytes: '\0\0\x01\xb3', name: 'an MPEG video', advice: AS_VIDEO },
];

/** Names a format by its brand, the four characters after "ftyp" (ISO/IEC 14496-12). */
function nameOfBrand(brand: string): ForeignFormat {
  if (/^avi[fos]/.test(brand)) return { name: 'an AVIF image', advice: AS_IMAGE };
  if (/^(he[ivm][cxsm]|mif1|msf1|heif)/.test(brand)) {
    return { name: 'a HEIC image', advice: `${AS_IMAGE} Phones can be set to save photos as JPEG.` };
  }
  if (/^crx/.test(brand)) return { name: 'a raw camera image', advice: AS_IMAGE };
  return { name: 'a video (MP4 or QuickTime)', advice: AS_VIDEO };
}

/** BMP header lengths from OS/2 1 to Windows 98, as little-endian bytes. */
const BMP_HEADERS = new Set([12, 40, 52, 56, 64, 108, 124].map((length) => `${String.fromCharCode(length)}\0\0\0`));

/** Names the content of a container format. */
function nameOfContainer(head: string): ForeignFormat | null {
  if (head.startsWith('ftyp', 4)) {
    // `mif1` only means "images"; the brands after it are specific.
    const major = head.slice(8, 12);
    return nameOfBrand(major === 'mif1' && head.slice(16, 64).includes('avif') ? 'avif' : major);
  }
  // Text may begin with BM, so the file header must be followed by a known header length.
  if (head.startsWith('BM') && BMP_HEADERS.has(head.slice(14, 18))) {
    return { name: 'a BMP image', advice: AS_IMAGE };
  }
  if (!head.startsWith('RIFF')) return null;
  if (head.startsWith('WEBP', 8)) return { name: 'a WebP image', advice: AS_IMAGE };
  if (head.startsWith('AVI ', 8)) return { name: 'an AVI video', advice: AS_VIDEO };
  return null;
}

/** Recognises SVG, and DICOM written as XML or JSON, which are text. */
function nameOfText(head: string): ForeignFormat | null {
  if (/^\W*(<\?xml[^>]*>|<!--|\s)*\s*(<!DOCTYPE svg|<svg)/.test(head))
    return { name: 'an SVG drawing', advice: AS_IMAGE };
  if (/^\s*(<\?xml[^>]*>\s*)?<NativeDicomModel/.test(head) || /^\s*[[{]\s*[{"\s]*[0-9A-F]{8}"\s*:/.test(head)) {
    return { name: 'a DICOM file written as text (XML or JSON)', advice: 'Export the DICOM file itself.' };
  }
  return null;
}

/**
 * Identifies a file that is not DICOM, PNG or JPEG by its first 512 bytes; null if it is not a format that people might
 * take for an image. Zip archives are excluded, because they are recognised by name as well.
 */
export function foreignFormat(head: Uint8Array): ForeignFormat | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  const found = signatures.find(({ bytes, at = 0 }) => text.startsWith(bytes, at));
  return found === undefined ? (nameOfContainer(text) ?? nameOfText(text)) : { name: found.name, advice: found.advice };
}
