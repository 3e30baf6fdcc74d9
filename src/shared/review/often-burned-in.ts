/**
 * Modalities whose pictures are screens, scans of paper or photographs, where banners with names and dates are usual
 * (PS3.3, C.7.3.1.1.1). Secondary capture is a SOP class; its usual modality is OT, and some write SC or DOC. One table
 * for both uses: where such a file does not say that no text is burned in, its pictures are held for review and it is
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

/** The kind of picture in words; null where text in it is unusual, or the modality is unknown. */
export function oftenBurnedIn(modality: string | null): string | null {
  return OFTEN_BURNED_IN.get(modality?.trim().toUpperCase() ?? '') ?? null;
}
