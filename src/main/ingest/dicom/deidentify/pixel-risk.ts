import type { DataSet } from 'dicom-parser';
import { oftenBurnedIn } from '#shared/review/often-burned-in';
import { readHeaderFacts } from '../facts';
import { readText } from '../text';

/**
 * Why an image may reveal the patient's identity. De-identification does not inspect pixels, so such a file is held
 * back until a person releases it.
 */
export type PixelRisk = 'burned-in' | 'burned-in-unknown' | 'recognisable';

/**
 * SOP classes of Secondary Capture in all variants, and of VL Endoscopic, Photographic and their videos (PS3.4, B.5).
 */
const SCREEN_CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(7(\.\d+)?|77\.1\.(1|4)(\.\d+)?)$/;

/**
 * Assesses Burned In Annotation (0028,0301) and Recognizable Visual Features (0028,0302) of a file. Overlays in unused
 * pixel bits (PS3.5, 8.1.2) are no risk: those bits are cleared. Null: no known risk.
 */
export function pixelRisk(dataSet: DataSet): PixelRisk | null {
  const { burnedInAnnotation, modality } = readHeaderFacts(dataSet);
  if (burnedInAnnotation === 'yes') return 'burned-in';
  if (readText(dataSet, 'x00280302')?.toUpperCase() === 'YES') return 'recognisable';
  if (burnedInAnnotation === 'no') return null;
  const sopClass = readText(dataSet, 'x00080016') ?? readText(dataSet, 'x00020002') ?? '';
  // Without modality and class it could be any of them.
  const unknown = modality === null && sopClass === '';
  return unknown || oftenBurnedIn(modality) !== null || SCREEN_CLASSES.test(sopClass) ? 'burned-in-unknown' : null;
}
