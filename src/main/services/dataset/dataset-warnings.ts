import type { PatientCount } from '#shared/models/patient-count';
import { formatQuantity } from '#shared/text/number';

/** With fewer images per class results are uncertain, and below `VERY_FEW` training is hardly worthwhile. */
const FEW = 100;
const VERY_FEW = 50;

export interface DatasetFigures extends PatientCount {
  readonly images: number;
  readonly unlabelled: number;
  readonly classes: readonly { readonly label: string; readonly images: number }[];
}

/** Warnings about a dataset in sentences, most serious first. */
export function datasetWarnings(figures: DatasetFigures): string[] {
  if (figures.images === 0) return [];
  const warnings: string[] = [];
  if (figures.classes.length === 1) {
    warnings.push('There is only one class. A classifier needs at least two.');
  }
  const list = (classes: DatasetFigures['classes']) =>
    classes.map((one) => `“${one.label}” (${one.images})`).join(', ');
  const veryFew = figures.classes.filter((one) => one.images < VERY_FEW);
  const few = figures.classes.filter((one) => one.images >= VERY_FEW && one.images < FEW);
  if (veryFew.length > 0) {
    warnings.push(`Fewer than ${VERY_FEW} images of ${list(veryFew)}: expect wide intervals and unstable results.`);
  }
  if (few.length > 0) warnings.push(`Fewer than ${FEW} images of ${list(few)}: more would help.`);
  if (figures.unlabelled > 0) {
    warnings.push(`${formatQuantity(figures.unlabelled, 'image')} without a label: not used for training.`);
  }
  if (figures.patients === 1 && figures.withoutPatient === 0 && figures.images > 1) {
    warnings.push('All images have the same patient ID, so patients cannot be kept apart. It may have been blanked.');
  }
  if (figures.withoutPatient === figures.images) {
    warnings.push('Patients are unknown: images of one person may end up in several splits.');
  } else if (figures.withoutPatient > 0) {
    warnings.push(
      `${formatQuantity(figures.withoutPatient, 'image')} without a known patient: images of one person may end up in several splits.`,
    );
  }
  return warnings;
}
