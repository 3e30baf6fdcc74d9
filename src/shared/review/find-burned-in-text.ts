import { MEASURE_GRID } from '../imaging/picture-measures';
import type { ReviewFinding } from '../models/review';
import type { MeasuredImage } from './measured-image';
import { oftenBurnedIn } from './often-burned-in';

/**
 * Scores (0 to 1) from which text counts as found: two letters if text is usual or nothing else is known (PNG and
 * JPEG), three if it is unusual (bones come in pairs too), five or more if the file declares none.
 */
const TEXT_FOUND = 0.35;
const TEXT_WHERE_UNUSUAL = 0.6;
const TEXT_DESPITE_NO = 0.9;

/**
 * Images to review because their pixels may contain text. Found if the file declares it ((0028,0301) Burned In
 * Annotation is YES). If the file is silent: found if text was detected, and flagged in any case if text is common in
 * images of its modality. If it says NO: found only if text was detected with certainty. PNG and JPEG cannot declare
 * it; they are found if text was detected.
 */
export function findBurnedInText(images: readonly MeasuredImage[]): ReviewFinding[] {
  return images.flatMap((image) => {
    const text = detectedText(image.measures.text);
    const found = judge(image, text);
    if (found === null) return [];
    const { why, weight, evidence } = found;
    return [
      { image: image.image, reason: 'burned-in-text' as const, why, weight, evidence, suggestion: null, beside: [] },
    ];
  });
}

/** Whether a finding rests on detected letters rather than on what the file declares or omits. */
export const restsOnLetters = ({ evidence }: Pick<ReviewFinding, 'evidence'>): boolean => /\btext$/.test(evidence);

interface DetectedText {
  /** 0 to 1, of the surest cell. */
  readonly score: number;
  /** "at the lower left": the centre of the cells that are about as sure. */
  readonly where: string;
}

function judge({ burnedIn, modality, kind }: MeasuredImage, { score, where }: DetectedText) {
  const seen = `the image seems to contain text ${where} (score ${Math.round(100 * score)} of 100)`;
  if (burnedIn === 'yes') {
    const found = score >= TEXT_FOUND ? `, and ${seen}` : '';
    return { why: `The file declares burned-in text${found}.`, weight: 0.95, evidence: 'file:yes' };
  }
  if (burnedIn === 'no') {
    if (score < TEXT_DESPITE_NO) return null;
    return { why: `The file declares no burned-in text, but ${seen}.`, weight: 0.9, evidence: 'file:no text' };
  }
  const usual = kind === 'dicom' ? oftenBurnedIn(modality) : null;
  if (score >= (kind === 'dicom' && usual === null ? TEXT_WHERE_UNUSUAL : TEXT_FOUND)) {
    const why = usual === null ? `${seen}.` : `${seen}, and the file does not declare it.`;
    return { why: why.charAt(0).toUpperCase() + why.slice(1), weight: 0.5 + 0.4 * score, evidence: 'unsaid text' };
  }
  if (usual === null) return null;
  return {
    why: `The file does not declare burned-in text, which is common in this kind of image (${modality}, ${usual}).`,
    weight: 0.3,
    evidence: `unsaid ${modality}`,
  };
}

const NO_TEXT: DetectedText = { score: 0, where: '' };

function detectedText(text: Uint8Array): DetectedText {
  let best = 0;
  for (let cell = 0; cell < text.length; cell++) if ((text[cell] as number) > best) best = text[cell] as number;
  if (best === 0) return NO_TEXT;
  let [row, column, count] = [0, 0, 0];
  for (const [cell, value] of text.entries()) {
    if (value < best) continue;
    row += Math.floor(cell / MEASURE_GRID);
    column += cell % MEASURE_GRID;
    count += 1;
  }
  const third = (sum: number) => Math.min(2, Math.floor((3 * (sum / count + 0.5)) / MEASURE_GRID));
  const place = WHERE[third(row)]?.[third(column)] ?? 'in the middle';
  return { score: best / 255, where: place };
}

const WHERE: readonly (readonly string[])[] = [
  ['at the upper left', 'at the top', 'at the upper right'],
  ['at the left', 'in the middle', 'at the right'],
  ['at the lower left', 'at the bottom', 'at the lower right'],
];
