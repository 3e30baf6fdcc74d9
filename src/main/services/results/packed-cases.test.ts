import { expect, it } from 'vitest';
import type { CasePrediction } from '#shared/models/run';
import { packCases, unpackCases } from './packed-cases';

it('returns the cases bit for bit, including cases without a patient', () => {
  const cases: CasePrediction[] = [
    {
      image: 7,
      patient: 3,
      truth: 0,
      predicted: 1,
      confidence: 2 / 3,
      probabilities: [1 / 3, 2 / 3],
      loss: Math.log(3),
    },
    { image: 2, patient: null, truth: 1, predicted: 1, confidence: 1, probabilities: [5e-324, 1], loss: 0 },
  ];
  expect(unpackCases(structuredClone(packCases(cases)))).toEqual(cases);
  expect(unpackCases(packCases([]))).toEqual([]);
});
