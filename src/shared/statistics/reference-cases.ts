import type { EvaluatedCase } from './evaluate';

/**
 * Cases for tests, drawn by a linear congruential generator that a reference script can repeat exactly:
 * s = (1664525 s + 1013904223) mod 2^32, u = s / 2^32. For each case: truth = floor(3 u); three scores u + 0.5 for
 * the truth, rounded to eighths (+ 1/8) when `coarse`, divided by their sum; patient = floor(u * floor(n / 3)).
 */
export function referenceCases(n: number, seed: number, coarse: boolean): EvaluatedCase[] {
  let state = seed;
  const next = (): number => {
    state = Number((1664525n * BigInt(state) + 1013904223n) % 4294967296n);
    return state / 4294967296;
  };
  return Array.from({ length: n }, () => {
    const truth = Math.floor(next() * 3);
    let scores = [0, 1, 2].map((label) => next() + (label === truth ? 0.5 : 0));
    if (coarse) scores = scores.map((score) => Math.round(score * 8) / 8 + 0.125);
    const sum = scores.reduce((total, score) => total + score, 0);
    const probabilities = scores.map((score) => score / sum);
    const confidence = Math.max(...probabilities);
    return {
      truth,
      probabilities,
      confidence,
      predicted: probabilities.indexOf(confidence),
      loss: -Math.log(probabilities[truth] ?? 0),
      patient: Math.floor(next() * Math.floor(n / 3)),
    };
  });
}
