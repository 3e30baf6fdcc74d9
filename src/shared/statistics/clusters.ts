import type { CasePrediction } from '../models/run';

/** The number of each case's patient, from 0, and the number of patients. */
export function clusterCases(cases: readonly Pick<CasePrediction, 'patient'>[]): {
  ofCase: Uint32Array;
  count: number;
} {
  const numbers = new Map<number, number>();
  let count = 0;
  const ofCase = Uint32Array.from(cases, ({ patient }) => {
    const known = patient === null ? undefined : numbers.get(patient);
    if (known !== undefined) return known;
    if (patient !== null) numbers.set(patient, count);
    return count++;
  });
  return { ofCase, count };
}
