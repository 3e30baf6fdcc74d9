import { scaleLinear } from 'd3-scale';
import { raw } from 'hono/html';
import { drawConfusionMatrix } from '#shared/charts/confusion-matrix';
import { drawHistogram } from '#shared/charts/histogram';
import { drawHistory, type HistoryLine } from '#shared/charts/history';
import { chartColours, seriesColour } from '#shared/charts/palette';
import { type Drawing, element } from '#shared/charts/svg';
import type { EpochRecord } from '#shared/models/run';
import { type Html, html } from './report-html';

/** Reports have one theme: paper. */
const SCHEME = 'light';
const COLOURS = chartColours(SCHEME);
const VALUE = seriesColour(SCHEME, 0);
const SIZE = { width: 460, height: 280 };

/** A chart as wide as its column, but no wider than it was laid out for. */
function figure({ width, height, body }: Drawing, label: string, isCapped = false): Html {
  return html`<svg viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"${isCapped && html` style="max-width:${Math.ceil(width)}px"`} font-size="12" role="img" aria-label="${label}">${raw(body)}</svg>`;
}

/** Counts and row shares; rows are true classes, columns predicted ones. */
export function confusionMatrixChart(matrix: readonly (readonly number[])[], classes: readonly string[]): Html {
  const drawing = drawConfusionMatrix(classes, matrix, SCHEME);
  return figure(drawing, 'Confusion matrix: rows are truth, columns are predictions', true);
}

function historyChart(label: string, lines: readonly HistoryLine[], include: readonly number[], best: number | null) {
  return figure(drawHistory(lines, { scheme: SCHEME, include, bestEpoch: best }), label);
}

/** Training and validation loss by epoch, from 0. */
export function lossChart(history: readonly EpochRecord[], best: number | null): Html {
  const lines = [
    { label: 'training loss', points: history.map(({ epoch, trainLoss }) => [epoch, trainLoss] as const) },
    { label: 'validation loss', points: history.map(({ epoch, validationLoss }) => [epoch, validationLoss] as const) },
  ];
  return historyChart('Training and validation loss by epoch', lines, [0], best);
}

/** Validation accuracy and macro F1 by epoch, from 0 to 1. */
export function metricChart(history: readonly EpochRecord[], best: number | null): Html {
  const lines = [
    { label: 'validation accuracy', points: history.map(({ epoch, metrics }) => [epoch, metrics.accuracy] as const) },
    { label: 'validation macro F1', points: history.map(({ epoch, metrics }) => [epoch, metrics.macroF1] as const) },
  ];
  return historyChart('Validation accuracy and macro F1 by epoch', lines, [0, 1], best);
}

/** Confidence of correct predictions above the axis and of incorrect ones below it, which also reads without colour. */
export function confidenceChart(confidence: {
  readonly edges: readonly number[];
  readonly correct: readonly number[];
  readonly incorrect: readonly number[];
}): Html {
  const data = {
    edges: confidence.edges,
    series: [
      { key: 'correct', label: 'correct (up)', counts: confidence.correct },
      { key: 'incorrect', label: 'incorrect (down)', counts: confidence.incorrect },
    ],
  };
  return figure(
    drawHistogram(data, 'confidence', SIZE, SCHEME, 'diverging'),
    'Histogram of confidence, correct predictions upwards, incorrect downwards',
  );
}

/** A value and its interval on a line from 0 to 1, for a row of a table. */
export function intervalBar(value: number, low: number | null, high: number | null): Html {
  const x = scaleLinear().range([4, 116]);
  const along = (from: number, to: number) => ({ x1: x(from), x2: x(to), y1: 8, y2: 8 });
  const body = [
    element('line', { ...along(0, 1), stroke: COLOURS.grid, 'stroke-width': 2 }),
    low === null || high === null
      ? ''
      : element('line', {
          ...along(low, high),
          stroke: VALUE,
          'stroke-width': 4,
          'stroke-linecap': 'round',
          opacity: 0.45,
        }),
    element('circle', { cx: x(value), cy: 8, r: 4, fill: VALUE }),
  ];
  return html`<svg viewBox="0 0 120 16" style="width:120px" aria-hidden="true">${raw(body.join(''))}</svg>`;
}

/** A share of 1 as a bar, for the classes of a prediction. */
export function shareBar(share: number, isStrong: boolean): Html {
  const bar = (width: number, fill: string) => element('rect', { width, height: 12, fill });
  const body = bar(120, COLOURS.grid) + bar(120 * share, isStrong ? VALUE : COLOURS.axis);
  return html`<svg viewBox="0 0 120 12" style="width:100%;height:10px" preserveAspectRatio="none" aria-hidden="true">${raw(body)}</svg>`;
}
