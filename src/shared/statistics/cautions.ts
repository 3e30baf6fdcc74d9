import { imagesText, type PatientCount } from '../models/patient-count';
import type { ClassMetrics } from './classification';

/** Cases of a class under which its numbers are said to be too few. */
export const TOO_FEW_CASES = 30;
/** Patients under which a bootstrap's percentiles are rough. */
const FEW_PATIENTS = 20;

export interface CautionInput extends PatientCount {
  readonly classes: readonly string[];
  readonly perClass: readonly ClassMetrics[];
  readonly n: number;
  /** Accuracy's interval when patients, not images, are resampled. */
  readonly accuracyByPatient: { readonly low: number; readonly high: number } | null;
}

/** What a reader must know before trusting the numbers, in sentences. */
export function evaluationCautions(input: CautionInput): string[] {
  const cautions = unknownPatientCautions(input);
  input.classes.forEach((label, index) => {
    const metrics = input.perClass[index];
    if (metrics === undefined) return;
    if (metrics.support === 0) {
      cautions.push(`No ${label} case in this split: its recall and F1 stand as 0, and there is no AUC.`);
    } else if (metrics.support < TOO_FEW_CASES) {
      cautions.push(
        `Fewer than ${TOO_FEW_CASES} ${label} cases (${metrics.support}): too few to judge how well ${label} is recognised.`,
      );
    }
    if (metrics.support > 0 && metrics.truePositives + metrics.falsePositives === 0) {
      cautions.push(`The model never answers ${label}: its precision stands as 0.`);
    }
  });
  const { n, patients, withoutPatient } = input;
  const independent = (patients ?? 0) + withoutPatient;
  if (independent < FEW_PATIENTS) {
    const what = patients === null ? 'image' : 'patient';
    cautions.push(
      `Only ${independent} ${independent === 1 ? what : `${what}s`}: intervals that resample ${what}s are rough.`,
    );
  }
  if (independent < n && input.accuracyByPatient !== null) {
    const { low, high } = input.accuracyByPatient;
    cautions.push(
      `${imagesText(n, input)}: the intervals of accuracy, recall and precision take images as independent. With ` +
        `patients resampled, accuracy lies within ${percent(low)} to ${percent(high)}.`,
    );
  }
  return cautions;
}

/** What it means for a result that patients are not known. */
export function unknownPatientCautions({ patients, withoutPatient }: PatientCount): string[] {
  if (withoutPatient === 0) return [];
  if (patients === null) {
    return [
      'Patients are not known: images of one person may stand both here and among the training images, which flatters, and every interval takes each image as another person’s.',
    ];
  }
  return [
    `Of ${withoutPatient === 1 ? '1 image' : `${withoutPatient} images`} the patient is not known: each is taken as another person’s, and that person may be among the training images.`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
