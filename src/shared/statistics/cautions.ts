import type { ClassMetrics } from './classification';

/** Cases of a class under which its numbers are said to be too few. */
export const TOO_FEW_CASES = 30;
/** Patients under which a bootstrap's percentiles are rough. */
const FEW_PATIENTS = 20;

export interface CautionInput {
  readonly classes: readonly string[];
  readonly perClass: readonly ClassMetrics[];
  readonly n: number;
  readonly patients: number;
  /** Accuracy's interval when patients, not images, are resampled. */
  readonly accuracyByPatient: { readonly low: number; readonly high: number } | null;
}

/** What a reader must know before trusting the numbers, in sentences. */
export function evaluationCautions(input: CautionInput): string[] {
  const cautions: string[] = [];
  input.classes.forEach((label, index) => {
    const metrics = input.perClass[index];
    if (metrics === undefined) return;
    if (metrics.support === 0) {
      cautions.push(`No ${label} case in this split: its recall and F1 stand as 0, and there is no macro AUC.`);
    } else if (metrics.support < TOO_FEW_CASES) {
      cautions.push(
        `Fewer than ${TOO_FEW_CASES} ${label} cases (${metrics.support}): too few to judge how well ${label} is recognised.`,
      );
    }
    if (metrics.support > 0 && metrics.truePositives + metrics.falsePositives === 0) {
      cautions.push(`The model never answers ${label}: its precision stands as 0.`);
    }
  });
  if (input.patients < FEW_PATIENTS) {
    cautions.push(
      `Only ${input.patients} ${input.patients === 1 ? 'patient' : 'patients'}: intervals that resample patients are rough.`,
    );
  }
  if (input.patients < input.n && input.accuracyByPatient !== null) {
    const { low, high } = input.accuracyByPatient;
    cautions.push(
      `${input.n} images of ${input.patients} patients: the intervals of accuracy, recall and precision take images ` +
        `as independent. With patients resampled, accuracy lies within ${percent(low)} to ${percent(high)}.`,
    );
  }
  return cautions;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
