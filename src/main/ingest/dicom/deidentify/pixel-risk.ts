import type { DataSet } from 'dicom-parser';
import { readHeaderFacts } from '../facts';
import { readText } from '../text';

/**
 * Why a picture may show who it is of. De-identification does not look at pixels, so such a file is held back until a
 * person has said that it may go.
 */
export type PixelRisk = 'burned-in' | 'burned-in-unknown' | 'recognisable' | 'overlay-in-pixels';

/**
 * Modalities whose pictures are screens, scans of paper or photographs, where banners with names are usual: ultrasound,
 * angiography, secondary capture in all its names, cameras and endoscopes (PS3.3, C.7.3.1.1.1).
 */
const SCREEN_MODALITIES = new Set(['US', 'IVUS', 'XA', 'RF', 'SC', 'OT', 'XC', 'ES', 'GM', 'DMS', 'HD', 'OP', 'DOC']);

export const isScreenModality = (modality: string | null): boolean =>
  modality === null || SCREEN_MODALITIES.has(modality.toUpperCase());

/** Secondary Capture in its kinds; VL Endoscopic, Photographic and their videos (PS3.4, B.5). */
const SCREEN_CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(7(\.\d+)?|77\.1\.(1|4)(\.\d+)?)$/;

/**
 * Burned In Annotation (0028,0301) and Recognizable Visual Features (0028,0302) of a file, and overlays in unused bits
 * of the pixels (PS3.5, 8.1.2), which go with them. Null: nothing speaks against the pixels.
 */
export function pixelRisk(dataSet: DataSet): PixelRisk | null {
  const { burnedInAnnotation, modality } = readHeaderFacts(dataSet);
  if (burnedInAnnotation === 'yes') return 'burned-in';
  if (readText(dataSet, 'x00280302')?.toUpperCase() === 'YES') return 'recognisable';
  if (hasOverlayInPixels(dataSet)) return 'overlay-in-pixels';
  if (burnedInAnnotation === 'no') return null;
  const sopClass = readText(dataSet, 'x00080016') ?? readText(dataSet, 'x00020002') ?? '';
  // Without a modality and a class it could be any of them.
  const unknown = modality === null && sopClass === '';
  const screen = unknown || (modality !== null && isScreenModality(modality)) || SCREEN_CLASSES.test(sopClass);
  return screen ? 'burned-in-unknown' : null;
}

/** Overlay Bits Allocated (60xx,0100) without Overlay Data (60xx,3000). */
function hasOverlayInPixels(dataSet: DataSet): boolean {
  return Object.keys(dataSet.elements).some(
    (tag) => /^x60[0-9a-f]{2}0100$/.test(tag) && dataSet.elements[`${tag.slice(0, 5)}3000`] === undefined,
  );
}
