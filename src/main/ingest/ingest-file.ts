import { FoveaError } from '#shared/ipc/errors';
import type { Intensity } from '#shared/models/pipeline';
import { dropEqualChannels, shrinkToLongSide, toCanonicalRaster } from './canonical-raster';
import { classifyHead, HEAD_BYTES } from './classify';
import { readHeaderFacts } from './dicom/facts';
import { openDicomFrame } from './dicom/open-dicom';
import { parseDicom } from './dicom/parse';
import { encodeJpeg } from './raster/codec';
import { decodePhotograph } from './raster/decode-photograph';
import { readWholeFile, sha256 } from './read-file';
import type { FileFacts, IngestedFile } from './types';

/** Long side of a thumbnail, pixels. */
const THUMBNAIL_SIDE = 192;

export function notAnImage(): FoveaError {
  return new FoveaError('not_an_image', 'This is not an image that Fovea reads.', {
    hint: 'DICOM, PNG and JPEG files are read.',
  });
}

type Decoded = Pick<IngestedFile, 'raster'> & {
  readonly facts: Omit<FileFacts, 'hash' | 'fileBytes' | 'colour'>;
};

async function decodeDicom(bytes: Buffer, intensity: Intensity): Promise<Decoded> {
  const parsed = parseDicom(bytes);
  const frame = await openDicomFrame(parsed, 0);
  const { image } = frame;
  const warnings = [...parsed.warnings];
  if (image.frames > 1) warnings.push(`${image.frames} frames: the first is used.`);
  if (parsed.stop !== null) warnings.push('The file is damaged behind its image.');
  return {
    raster: frame.forModel(intensity),
    facts: {
      kind: 'dicom',
      width: image.columns,
      height: image.rows,
      frames: image.frames,
      bitsStored: image.bitsStored,
      photometricInterpretation: image.photometricInterpretation || null,
      transferSyntax: parsed.transferSyntax,
      window: frame.window,
      range: frame.range,
      ...readHeaderFacts(parsed.dataSet),
      warnings,
    },
  };
}

async function decodePicture(bytes: Buffer, kind: 'png' | 'jpeg'): Promise<Decoded> {
  const { raster, bits } = await decodePhotograph(bytes);
  return {
    raster,
    facts: {
      kind,
      width: raster.width,
      height: raster.height,
      frames: 1,
      bitsStored: bits,
      photometricInterpretation: null,
      transferSyntax: null,
      modality: null,
      window: null,
      range: { min: 0, max: 2 ** bits - 1 },
      identity: { patient: null, study: null, series: null, sopInstance: null },
      subject: { sex: null, age: null },
      equipment: { manufacturer: null, model: null, station: null },
      burnedInAnnotation: 'unknown',
      warnings: [],
    },
  };
}

/**
 * A file to what the store keeps of it: facts, canonical raster (by the model's path) and thumbnail. Errors are
 * `FoveaError`s for the user.
 */
export async function ingestFile(path: string, intensity: Intensity, shortSide: number): Promise<IngestedFile> {
  const bytes = await readWholeFile(path);
  const kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
  if (kind === null) throw notAnImage();
  const decoded = kind === 'dicom' ? await decodeDicom(bytes, intensity) : await decodePicture(bytes, kind);
  const picture = dropEqualChannels(decoded.raster);
  const raster = toCanonicalRaster(picture, shortSide);
  const facts = { ...decoded.facts, hash: sha256(bytes), fileBytes: bytes.length, colour: picture.channels === 3 };
  return { facts, raster, thumbnail: await encodeJpeg(shrinkToLongSide(raster, THUMBNAIL_SIDE)) };
}
