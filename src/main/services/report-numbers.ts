import type { Metric } from '#shared/models/metric';

/** How numbers are written in a report. An en dash joins the ends of an interval. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

export const percentInterval = (metric: Metric): string | null =>
  metric.low === null || metric.high === null
    ? null
    : `${(100 * metric.low).toFixed(1)} – ${(100 * metric.high).toFixed(1)} %`;

export const decimalInterval = (metric: Metric, digits = 3): string | null =>
  metric.low === null || metric.high === null ? null : `${metric.low.toFixed(digits)} – ${metric.high.toFixed(digits)}`;

export const count = (value: number): string => value.toLocaleString('en-US');

/** 59 s, 12 min 5 s, 2 h 3 min. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** 2026-11-23 14:22 UTC, of an ISO time; the text itself where it is none. */
export function moment(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
