import type { ConfounderFinding, ConfounderSource, ConfounderVerdict } from '../models/confounders';
import type { Metric } from '../models/metric';
import { formatMetric } from '../text/metric';

/** Classes with fewer images or groups are left out: they allow no conclusion. */
export const MIN_IMAGES = 30;
export const MIN_GROUPS = 10;

/** An association is strong from here: as good as a weak model. */
export const STRONG_AUC = 0.75;
/** An interval that ends below this rules out any association that matters. */
const NEGLIGIBLE_AUC = 0.65;
const LEVEL = 0.05;

/** As within a sentence: “The scanner model alone …”. */
export const sourceNames: Readonly<Record<ConfounderSource, string>> = {
  manufacturer: 'manufacturer',
  model: 'scanner model',
  station: 'station',
  site: 'site',
  year: 'year of acquisition',
  modality: 'modality',
  matrix: 'image size',
  bits: 'bit depth',
  photometric: 'photometric interpretation',
  syntax: 'transfer syntax',
  kind: 'kind of file',
  sex: 'patient’s sex',
  age: 'patient’s age',
  tags: 'all tags together',
  border: 'image border',
  text: 'burned-in text area',
  brightness: 'brightness and contrast',
};

/** Advice if a source alone predicts the class. */
const advice: Readonly<Record<ConfounderSource, string>> = {
  manufacturer:
    'a model may learn the scanner instead of the finding. Try a split that holds out a scanner, or balance the classes across scanners.',
  model:
    'a model may learn the scanner instead of the finding. Try a split that holds out a scanner, or balance the classes across scanners.',
  station:
    'a model may learn the room instead of the finding. Try a split that holds out a station, or balance the classes across stations.',
  site: 'a model may learn the site instead of the finding. Try a split that holds out a site, or balance the classes across sites.',
  year: 'the classes were collected at different times, and a model may learn what changed over time. Use the same years for all classes.',
  modality:
    'a model may learn the modality instead of the finding. Train on one modality, or include every class in all modalities.',
  matrix:
    'the classes were acquired, cropped or exported in different ways, and a model may learn that. Export all classes the same way.',
  bits: 'the classes were exported in different ways, and a model may learn that. Export all classes the same way.',
  photometric:
    'the classes were exported in different ways, and a model may learn that. Export all classes the same way.',
  syntax:
    'the classes were compressed in different ways, and a model may learn the artefacts. Export all classes the same way.',
  kind: 'the classes have different file formats, and a model may learn the artefacts. Export all classes the same way.',
  sex: 'this may reflect the epidemiology of the disease, but a model may infer it from the image. Report results by sex.',
  age: 'this may reflect the epidemiology of the disease, but a model may infer it from the image. Report results by age.',
  tags: 'file metadata reveals the label. Check which tag it is.',
  border:
    'unless the finding itself reaches it, a model may learn frames, rulers or the shape of the field of view. Crop to the tissue, and check where the model looks.',
  text: 'a model may learn marks and captions instead of the finding. Mask or crop them, and check where the model looks.',
  brightness:
    'this may be the finding itself, or the exposure, gain or window. Compare images of the classes side by side.',
};

/** Holm's step-down adjustment (Scand J Stat 1979;6:65-70): p values that hold for all tests together. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const adjusted = values.map(() => 1);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (values.length - rank) * (values[index] ?? 1)));
    adjusted[index] = largest;
  });
  return adjusted;
}

export function judge(auc: Metric, adjustedP: number): ConfounderVerdict {
  if (adjustedP <= LEVEL && auc.value > 0.5 && (auc.low === null || auc.low > 0.5)) {
    return auc.value >= STRONG_AUC ? 'strong' : 'weak';
  }
  return auc.high !== null && auc.high < NEGLIGIBLE_AUC ? 'nothing' : 'unclear';
}

const PLURAL: ReadonlySet<ConfounderSource> = new Set(['tags', 'brightness']);

const subjectOf = (source: ConfounderSource): string =>
  source === 'tags' ? 'All tags together' : `The ${sourceNames[source]}`;

/** “AUC 0.91 [0.88, 0.94]”. */
export const aucText = (auc: Metric): string => `AUC ${formatMetric(auc, 2)}`;

/** The result for one source, for people. */
export function sentenceOf(
  { source, verdict, auc }: Pick<ConfounderFinding, 'source' | 'verdict' | 'auc'>,
  classes: readonly string[],
): string {
  const plural = PLURAL.has(source);
  const subject = source === 'tags' ? subjectOf(source) : `${subjectOf(source)} alone`;
  const target = classes.length === 2 ? `${classes[1]} vs. ${classes[0]}` : 'the class';
  const found = auc === null ? '' : aucText(auc);
  switch (verdict) {
    case 'strong':
      return `${subject} ${plural ? 'predict' : 'predicts'} ${target}, ${found}: ${advice[source]}`;
    case 'weak':
      return `${subject} ${plural ? 'predict' : 'predicts'} ${target} somewhat better than chance, ${found}: ${advice[source]}`;
    case 'nothing':
      return `${subject} ${plural ? 'do' : 'does'} no better than chance: ${found}.`;
    case 'unclear':
      return `${subject} ${plural ? 'do' : 'does'} not do significantly better than chance, but there are too few images to rule it out: ${found}.`;
    case 'constant':
      return `${subjectOf(source)} ${plural ? 'are' : 'is'} the same for all images, or shared by too few of them to compare.`;
    case 'missing':
      return `${subjectOf(source)} ${plural ? 'are' : 'is'} unknown for all images.`;
  }
}

/** The result in one or two sentences, the strongest association first. */
export function summaryOf(findings: readonly ConfounderFinding[], classes: readonly string[]): string {
  const measured = findings.filter(({ auc }) => auc !== null);
  const found = measured
    .filter(({ verdict }) => verdict === 'strong' || verdict === 'weak')
    // All tags together are not a source of their own.
    .filter(({ source }, _index, all) => source !== 'tags' || all.length === 1)
    .sort((a, b) => (b.auc?.value ?? 0) - (a.auc?.value ?? 0));
  const [worst, ...others] = found;
  if (measured.length === 0) return 'These images have no known properties that could predict the class.';
  if (worst === undefined) {
    return measured.every(({ verdict }) => verdict === 'nothing')
      ? 'No factor besides the image itself predicts the class better than chance.'
      : 'No confounder found, but for some factors there are too few images to rule one out.';
  }
  const rest =
    others.length === 0
      ? ''
      : ` Also better than chance: ${others.map(({ source }) => sourceNames[source]).join(', ')}.`;
  return `${sentenceOf(worst, classes)}${rest}`;
}
