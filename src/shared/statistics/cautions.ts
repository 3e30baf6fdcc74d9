import type { PatientCount } from '../models/patient-count';
import { formatQuantity } from '../text/number';
import type { ClassMetrics } from './classification';

/** A class with fewer cases gets a caution. */
export const TOO_FEW_CASES = 30;
/** With fewer patients, the percentiles of a bootstrap are rough. */
const FEW_PATIENTS = 20;

export interface CautionInput extends PatientCount {
  readonly classes: readonly string[];
  readonly perClass: readonly ClassMetrics[];
  readonly n: number;
}

/** What to know before trusting the numbers, in sentences. */
export function evaluationCautions(input: CautionInput): string[] {
  const cautions = unknownPatientCautions(input);
  input.classes.forEach((label, index) => {
    const metrics = input.perClass[index];
    if (metrics === undefined) return;
    if (metrics.support === 0) {
      cautions.push(`No ${label} cases in this split: its recall and F1 count as 0, and AUC is undefined.`);
    } else if (metrics.support < TOO_FEW_CASES) {
      cautions.push(
        `Fewer than ${TOO_FEW_CASES} ${label} cases (${metrics.support}): too few to measure performance on ${label} reliably.`,
      );
    }
    if (metrics.support > 0 && metrics.truePositives + metrics.falsePositives === 0) {
      cautions.push(`The model never predicts ${label}: its precision counts as 0.`);
    }
  });
  const { patients, withoutPatient } = input;
  const independent = (patients ?? 0) + withoutPatient;
  if (independent < FEW_PATIENTS) {
    const what = patients === null ? 'image' : 'patient';
    cautions.push(`Only ${formatQuantity(independent, what)}: intervals that resample ${what}s are rough.`);
  }
  return cautions;
}

/** What unknown patients mean for a result. */
export function unknownPatientCautions({ patients, withoutPatient }: PatientCount): string[] {
  if (withoutPatient === 0) return [];
  if (patients === null) {
    return [
      'Patients are unknown: images of one person may be both here and among the training images, which makes results too optimistic, and every interval treats each image as a different person.',
    ];
  }
  return [
    `${formatQuantity(withoutPatient, 'image')} without a known patient: each is treated as a different person, who may also be among the training images.`,
  ];
}
