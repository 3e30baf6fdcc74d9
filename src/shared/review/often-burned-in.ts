/**
 * Modalities whose images are screens, scans of paper or photographs, where banners with names and dates are common
 * (PS3.3, C.7.3.1.1.1). Secondary capture is a SOP class; its usual modality is OT, and some write SC or DOC. One table
 * for two uses: unless such a file declares that it has no burned-in text, its images are flagged for review and it is
 * held back from a de-identified export.
 */
const OFTEN_BURNED_IN: ReadonlyMap<string, string> = new Map([
  ['US', 'ultrasound'],
  ['IVUS', 'intravascular ultrasound'],
  ['SC', 'secondary capture'],
  ['OT', 'secondary capture'],
  ['DOC', 'document'],
  ['XA', 'angiography'],
  ['RF', 'fluoroscopy'],
  ['XC', 'photograph'],
  ['ES', 'endoscopy'],
  ['GM', 'microscopy'],
  ['DMS', 'dermoscopy'],
  ['OP', 'ophthalmic photography'],
  ['HD', 'haemodynamic recording'],
]);

/** The kind of image in words; null if text in it is unusual, or if the modality is unknown. */
export function oftenBurnedIn(modality: string | null): string | null {
  return OFTEN_BURNED_IN.get(modality?.trim().toUpperCase() ?? '') ?? null;
}
