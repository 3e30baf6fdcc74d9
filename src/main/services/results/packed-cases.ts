import type { CasePrediction } from '#shared/models/run';

/** Predictions in columns: passing 100,000 of them to a thread takes only a moment. */
export interface PackedCases {
  readonly image: Float64Array;
  /** NaN if unknown. */
  readonly patient: Float64Array;
  readonly truth: Int32Array;
  readonly predicted: Int32Array;
  readonly confidence: Float64Array;
  readonly loss: Float64Array;
  /** [cases, classes] */
  readonly probabilities: Float64Array;
}

export function packCases(cases: readonly CasePrediction[]): PackedCases {
  const classes = cases[0]?.probabilities.length ?? 0;
  const probabilities = new Float64Array(cases.length * classes);
  for (const [index, one] of cases.entries()) probabilities.set(one.probabilities, index * classes);
  return {
    image: Float64Array.from(cases, ({ image }) => image),
    patient: Float64Array.from(cases, ({ patient }) => patient ?? Number.NaN),
    truth: Int32Array.from(cases, ({ truth }) => truth),
    predicted: Int32Array.from(cases, ({ predicted }) => predicted),
    confidence: Float64Array.from(cases, ({ confidence }) => confidence),
    loss: Float64Array.from(cases, ({ loss }) => loss),
    probabilities,
  };
}

export function unpackCases(packed: PackedCases): CasePrediction[] {
  const classes = packed.image.length === 0 ? 0 : packed.probabilities.length / packed.image.length;
  return Array.from(packed.image, (image, index) => {
    const patient = packed.patient[index] ?? Number.NaN;
    return {
      image,
      patient: Number.isNaN(patient) ? null : patient,
      truth: packed.truth[index] ?? 0,
      predicted: packed.predicted[index] ?? 0,
      confidence: packed.confidence[index] ?? 0,
      probabilities: [...packed.probabilities.subarray(index * classes, (index + 1) * classes)],
      loss: packed.loss[index] ?? 0,
    };
  });
}
