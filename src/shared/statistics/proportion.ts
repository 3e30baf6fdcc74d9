import type { Metric } from '../models/metric';
import { type Interval, wilsonInterval } from './wilson';

/** A share; NaN of nothing. */
export const share = (part: number, whole: number): number => (whole === 0 ? Number.NaN : part / whole);

/**
 * The interval of a proportion: Wilson's if every case is of another patient. Else the bootstrapped one, or, where it
 * has none because all cases are hits or none is, Wilson's with a trial for each patient: cases of one patient add
 * little certainty.
 */
export function proportionInterval(
  hits: number,
  cases: number,
  patients: number,
  bootstrapped: Interval | null | undefined,
): Interval | null {
  if (patients === cases) return wilsonInterval(hits, cases);
  if (hits === 0 || hits === cases) return wilsonInterval(hits === 0 ? 0 : patients, patients);
  return bootstrapped ?? null;
}

export function withInterval(value: number, interval: Interval | null | undefined, n: number): Metric {
  return { value, low: interval?.low ?? null, high: interval?.high ?? null, n };
}
