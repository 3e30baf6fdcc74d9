import type { ConfounderFinding, ConfounderSource, ConfounderVerdict } from '../models/confounders';
import type { Metric } from '../models/metric';

/** Classes with fewer of either are left out: nothing can be said of them. */
export const FEWEST_IMAGES = 30;
export const FEWEST_GROUPS = 10;

/** Of a link that is there: as good as a weak model. */
export const STRONG_AUC = 0.75;
/** An interval that ends below this leaves no link open that would matter. */
const OPEN_AUC = 0.65;
const LEVEL = 0.05;

/** As it stands in a sentence: “The scanner model alone …”. */
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

/** What to do where a source alone tells the classes apart. */
const advice: Readonly<Record<ConfounderSource, string>> = {
  manufacturer:
    'a model may learn the scanner instead of the finding. Try a split that holds a scanner out, or balance the classes over scanners.',
  model:
    'a model may learn the scanner instead of the finding. Try a split that holds a scanner out, or balance the classes over scanners.',
  station:
    'a model may learn the room instead of the finding. Try a split that holds a station out, or balance the classes over stations.',
  site: 'a model may learn the site instead of the finding. Try a split that holds a site out, or balance the classes over sites.',
  year: 'the classes were collected at different times, and a model may learn what changed between them. Take all classes from the same years.',
  modality:
    'a model may learn the modality instead of the finding. Train on one modality, or have every class in all of them.',
  matrix:
    'the classes were acquired, cropped or exported in different ways, and a model may learn that. Export all classes alike.',
  bits: 'the classes were exported in different ways, and a model may learn that. Export all classes alike.',
  photometric: 'the classes were exported in different ways, and a model may learn that. Export all classes alike.',
  syntax:
    'the classes were compressed in different ways, and a model may learn the traces of it. Export all classes alike.',
  kind: 'the classes came as different kinds of files, and a model may learn the traces of it. Export all classes alike.',
  sex: 'that may be how the disease is spread, and a model may read it off the picture. Report results for each sex.',
  age: 'that may be how the disease is spread, and a model may read it off the picture. Report results by age.',
  tags: 'what the files say besides their pixels gives the label away. See which tag it is.',
  border:
    'unless the finding itself reaches it, a model may learn frames, rulers or the shape of the field of view. Crop to the tissue, and check where the model looks.',
  text: 'a model may learn marks and captions instead of the finding. Mask or crop them, and check where the model looks.',
  brightness:
    'that may be the finding itself, or the exposure, gain or window. Compare images of both classes side by side.',
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
  return auc.high !== null && auc.high < OPEN_AUC ? 'nothing' : 'unclear';
}

const PLURAL: ReadonlySet<ConfounderSource> = new Set(['tags', 'brightness']);

const subjectOf = (source: ConfounderSource): string =>
  source === 'tags' ? 'All tags together' : `The ${sourceNames[source]}`;

/** “AUC 0.91 [0.88, 0.94]”. */
export function aucText({ value, low, high }: Metric): string {
  const interval = low === null || high === null ? '' : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `AUC ${value.toFixed(2)}${interval}`;
}

/** What was found of one source, for people. */
export function sentenceOf(
  { source, verdict, auc }: Pick<ConfounderFinding, 'source' | 'verdict' | 'auc'>,
  classes: readonly string[],
): string {
  const plural = PLURAL.has(source);
  const subject = source === 'tags' ? subjectOf(source) : `${subjectOf(source)} alone`;
  const apart = classes.length === 2 ? `${classes[1]} from ${classes[0]}` : `the ${classes.length} classes apart`;
  const found = auc === null ? '' : aucText(auc);
  switch (verdict) {
    case 'strong':
      return `${subject} ${plural ? 'tell' : 'tells'} ${apart}, ${found}: ${advice[source]}`;
    case 'weak':
      return `${subject} ${plural ? 'tell' : 'tells'} ${apart} somewhat better than chance, ${found}: ${advice[source]}`;
    case 'nothing':
      return `${subject} ${plural ? 'do' : 'does'} no better than chance: ${found}.`;
    case 'unclear':
      return `${subject} ${plural ? 'are' : 'is'} not shown to do better than chance, but the images are too few to rule it out: ${found}.`;
    case 'constant':
      return `${subjectOf(source)} ${plural ? 'are' : 'is'} the same for all images, or shared by too few of them to compare.`;
    case 'missing':
      return `${subjectOf(source)} ${plural ? 'are' : 'is'} not known for any image.`;
  }
}

/** The whole in one or two sentences: the worst first. */
export function summaryOf(findings: readonly ConfounderFinding[], classes: readonly string[]): string {
  const measured = findings.filter(({ auc }) => auc !== null);
  const found = measured
    .filter(({ verdict }) => verdict === 'strong' || verdict === 'weak')
    // All tags together are no source of their own.
    .filter(({ source }, _index, all) => source !== 'tags' || all.length === 1)
    .sort((a, b) => (b.auc?.value ?? 0) - (a.auc?.value ?? 0));
  const [worst, ...others] = found;
  if (measured.length === 0) return 'Nothing is known of these images that could tell their classes apart.';
  if (worst === undefined) {
    return measured.every(({ verdict }) => verdict === 'nothing')
      ? 'Nothing but the picture itself tells the classes apart better than chance.'
      : 'Nothing was found that tells the classes apart without the finding, but for some sources the images are too few to rule it out.';
  }
  const rest =
    others.length === 0
      ? ''
      : ` Also better than chance: ${others.map(({ source }) => sourceNames[source]).join(', ')}.`;
  return `${sentenceOf(worst, classes)}${rest}`;
}
