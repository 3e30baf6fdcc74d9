import type { DataSet } from 'dicom-parser';
import { oftenBurnedIn } from '#shared/review/often-burned-in';
import { readHeaderFacts } from '../facts';
import { readText } from '../text';

/**
 * Why a picture may show who it is of. De-identification does not look at pixels, so such a file is held back until a
 * person has said that it may go.
 */
export type PixelRisk = 'burned-in' | 'burned-in-unknown' | 'recognisable';

/** Secondary Capture in its kinds; VL Endoscopic, Photographic and their videos (PS3.4, B.5). */
const SCREEN_CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(7(\.\d+)?|77\.1\.(1|4)(\.\d+)?)$/;

/**
 * Burned In Annotation (0028,0301) and Recognizable Visual Features (0028,0302) of a file. Overlays in unused bits of
 * the pixels (PS3.5, 8.1.2) are no risk: those bits are cleared. Null: nothing speaks against the pixels.
 */
export function pixelRisk(dataSet: DataSet): PixelRisk | null {
  const { burnedInAnnotation, modality } = readHeaderFacts(dataSet);
  if (burnedInAnnotation === 'yes') return 'burned-in';
  if (readText(dataSet, 'x00280302')?.toUpperCase() === 'YES') return 'recognisable';
  if (burnedInAnnotation === 'no') return null;
  const sopClass = readText(dataSet, 'x00080016') ?? readText(dataSet, 'x00020002') ?? '';
  // Without a modality and a class it could be any of them.
  const unknown = modality === null && sopClass === '';
  return unknown || oftenBurnedIn(modality) !== null || SCREEN_CLASSES.test(sopClass) ? 'burned-in-unknown' : null;
}
