import type { OperatingMetrics, OperatingRule } from '../models/operating-point';
import { formatNumber, formatPercent } from './number';

/** A rule in words: "sensitivity of at least 95 %, with a lower bound of at least 90 %". */
export function ruleText(rule: OperatingRule): string {
  switch (rule.kind) {
    case 'youden':
      return "Youden's index";
    case 'cost':
      return `lowest cost, a missed positive being worth ${formatNumber(rule.missed)} false alarms`;
    default: {
      const bound =
        rule.lowerBound === null ? '' : `, with a lower bound of at least ${formatPercent(rule.lowerBound)}`;
      return `${rule.kind} of at least ${formatPercent(rule.atLeast)}${bound}`;
    }
  }
}

/** The shares and ratios of a threshold, in display order. */
export const operatingRows = (metrics: OperatingMetrics) =>
  [
    ['Sensitivity', metrics.sensitivity],
    ['Specificity', metrics.specificity],
    ['PPV', metrics.ppv],
    ['NPV', metrics.npv],
    ['LR+', metrics.positiveLikelihood],
    ['LR-', metrics.negativeLikelihood],
  ] as const;

/** The counts of a threshold, in display order. */
export const countRows = (metrics: OperatingMetrics) =>
  [
    ['TP', metrics.truePositives],
    ['FP', metrics.falsePositives],
    ['FN', metrics.falseNegatives],
    ['TN', metrics.trueNegatives],
  ] as const;

/** What 1,000 patients of a stated prevalence would get, in display order. */
export const populationRows = ({ population }: OperatingMetrics) =>
  population === null
    ? []
    : ([
        ['Found', population.truePositives],
        ['Missed', population.falseNegatives],
        ['False alarms', population.falsePositives],
        ['Rightly negative', population.trueNegatives],
        ['PPV', population.ppv],
        ['NPV', population.npv],
      ] as const);
