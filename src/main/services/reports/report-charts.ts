import { confusionCells } from '#shared/charts/confusion-cells';
import { sequentialBlue, seriesColour, textOn } from '#shared/charts/palette';
import { roundTicks } from '#shared/charts/ticks';
import type { EpochRecord } from '#shared/models/run';
import { formatPercent } from '#shared/text/number';
import { type Html, html } from './report-html';

/** Of right and of wrong answers, of the first and the second line. */
const BLUE = seriesColour('light', 0);
const VERMILION = seriesColour('light', 1);
const GREY = '#8796a3';

const round = (value: number): number => Math.round(value * 100) / 100;

const shorten = (label: string, most: number): string =>
  label.length <= most ? label : `${label.slice(0, most - 1)}…`;

/** Counts and row shares; the darker, the larger the share of its row. Rows are truth, columns prediction. */
export function confusionMatrixChart(matrix: readonly (readonly number[])[], classes: readonly string[]): Html {
  const cell = Math.max(34, Math.min(96, 380 / classes.length));
  const left = 118;
  const top = 30;
  const side = cell * classes.length;
  const slanted = cell < 72;
  const bottom = slanted ? 96 : 48;
  const cells = confusionCells(classes, matrix).map(({ truth, predicted, count, share }) => {
    const x = left + predicted * cell;
    const y = top + truth * cell;
    const fill = sequentialBlue('light', share);
    const ink = textOn(fill);
    return html`<g><rect x="${round(x + 1)}" y="${round(y + 1)}" width="${round(cell - 2)}" height="${round(cell - 2)}" rx="4" fill="${fill}"${
      truth === predicted ? html` stroke="#16202b" stroke-width="1.2"` : null
    }/><text x="${round(x + cell / 2)}" y="${round(y + cell / 2 + (cell > 50 ? -1 : 5))}" text-anchor="middle" font-size="${cell > 50 ? 19 : 13}" font-weight="600" style="fill:${ink}">${count}</text>${
      cell > 50 &&
      html`<text x="${round(x + cell / 2)}" y="${round(y + cell / 2 + 17)}" text-anchor="middle" font-size="12" style="fill:${ink}">${matrix[truth]?.some((value) => value > 0) ? formatPercent(share, 0) : '–'}</text>`
    }</g>`;
  });
  const rows = classes.map(
    (label, index) =>
      html`<text x="${left - 10}" y="${round(top + (index + 0.5) * cell + 4)}" text-anchor="end" font-size="13">${shorten(label, 14)}</text>`,
  );
  const columns = classes.map((label, index) => {
    const x = round(left + (index + 0.5) * cell);
    const y = top + side + 20;
    return slanted
      ? html`<text x="${x}" y="${y}" text-anchor="end" font-size="12" transform="rotate(-40 ${x} ${y})">${shorten(label, 16)}</text>`
      : html`<text x="${x}" y="${y}" text-anchor="middle" font-size="13">${shorten(label, 13)}</text>`;
  });
  const width = left + side + 4;
  return html`<svg viewBox="0 0 ${round(width)} ${round(top + side + bottom)}" style="max-width:${Math.min(520, round(width))}px" role="img" aria-label="Confusion matrix: rows are truth, columns are predictions"><text class="soft" x="${left - 10}" y="16" text-anchor="end" font-size="12">true class ↓</text><text class="soft" x="${left}" y="16" font-size="12">predicted class →</text>${cells}${rows}${columns}</svg>`;
}

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  /** [epoch, value] */
  readonly points: readonly (readonly [number, number])[];
}

const PLOT = { width: 460, height: 260, left: 46, right: 12, top: 28, bottom: 40 };

/** Lines over epochs, named in a legend above; dashes as well as colour tell them apart. */
function lineChart(
  series: readonly Series[],
  options: { readonly label: string; readonly range: readonly [number, number] | null; readonly best: number | null },
): Html {
  const points = series.flatMap((line) => line.points).filter(([, value]) => Number.isFinite(value));
  const lastEpoch = Math.max(1, ...points.map(([epoch]) => epoch));
  const values = points.map(([, value]) => value);
  const [low, high] = options.range ?? [0, Math.max(1e-6, ...values) * 1.08];
  const { width, height, left, right, top, bottom } = PLOT;
  const firstEpoch = Math.min(lastEpoch === 1 ? 0 : 1, lastEpoch);
  const x = (epoch: number) => round(left + ((epoch - firstEpoch) / (lastEpoch - firstEpoch)) * (width - left - right));
  const y = (value: number) => round(height - bottom - ((value - low) / (high - low)) * (height - top - bottom));
  const grid = roundTicks(low, high, 5).map(
    (value) =>
      html`<line x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}" stroke="#dfe5ea"/><text class="soft" x="${left - 8}" y="${y(value) + 4}" text-anchor="end" font-size="12">${value}</text>`,
  );
  const epochs = roundTicks(firstEpoch, lastEpoch, 6)
    .filter((epoch) => Number.isInteger(epoch) && epoch >= 1)
    .map(
      (epoch) =>
        html`<text class="soft" x="${x(epoch)}" y="${height - bottom + 18}" text-anchor="middle" font-size="12">${epoch}</text>`,
    );
  const lines = series.map((line) => {
    const finite = line.points.filter(([, value]) => Number.isFinite(value));
    return html`<polyline fill="none" stroke="${line.colour}" stroke-width="2.2" stroke-linejoin="round"${
      line.dashed && html` stroke-dasharray="6 4"`
    } points="${finite.map(([epoch, value]) => `${x(epoch)},${y(value)}`).join(' ')}"/>${
      finite.length <= 12 &&
      finite.map(([epoch, value]) => html`<circle cx="${x(epoch)}" cy="${y(value)}" r="3" fill="${line.colour}"/>`)
    }`;
  });
  let at = left;
  const legend = series.map((line) => {
    const start = at;
    at += 40 + line.name.length * 7;
    return html`<line x1="${start}" x2="${start + 22}" y1="10" y2="10" stroke="${line.colour}" stroke-width="2.2"${
      line.dashed && html` stroke-dasharray="6 4"`
    }/><text x="${start + 28}" y="14" font-size="12.5">${line.name}</text>`;
  });
  const best =
    options.best !== null &&
    html`<line x1="${x(options.best)}" x2="${x(options.best)}" y1="${top}" y2="${height - bottom}" stroke="#16202b" stroke-dasharray="2 3"/><text x="${x(options.best) + (options.best > (firstEpoch + lastEpoch) / 2 ? -6 : 6)}" y="${height - bottom - 8}" text-anchor="${options.best > (firstEpoch + lastEpoch) / 2 ? 'end' : 'start'}" font-size="12">best: epoch ${options.best}</text>`;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${options.label}">${grid}${epochs}<text class="soft" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle" font-size="12">epoch</text>${lines}${best}${legend}</svg>`;
}

/** Loss of training and validation over the epochs. */
export function lossChart(history: readonly EpochRecord[], best: number | null): Html {
  return lineChart(
    [
      {
        name: 'training loss',
        colour: GREY,
        dashed: true,
        points: history.map((record) => [record.epoch, record.trainLoss]),
      },
      {
        name: 'validation loss',
        colour: BLUE,
        dashed: false,
        points: history.map((record) => [record.epoch, record.validationLoss]),
      },
    ],
    { label: 'Training and validation loss by epoch', range: null, best },
  );
}

/** Accuracy and macro F1 of the validation images over the epochs. */
export function metricChart(history: readonly EpochRecord[], best: number | null): Html {
  return lineChart(
    [
      {
        name: 'validation accuracy',
        colour: BLUE,
        dashed: false,
        points: history.map((record) => [record.epoch, record.metrics.accuracy]),
      },
      {
        name: 'validation macro F1',
        colour: VERMILION,
        dashed: true,
        points: history.map((record) => [record.epoch, record.metrics.macroF1]),
      },
    ],
    { label: 'Validation accuracy and macro F1 by epoch', range: [0, 1], best },
  );
}

/** Confidence of right answers above the axis and of wrong ones below it, 20 bins. */
export function confidenceChart(confidence: {
  readonly edges: readonly number[];
  readonly correct: readonly number[];
  readonly incorrect: readonly number[];
}): Html {
  const { width, left, right } = PLOT;
  const height = 280;
  const top = 28;
  const bottom = 40;
  const bins = confidence.correct.length;
  const up = Math.max(1, ...confidence.correct);
  const down = Math.max(1, ...confidence.incorrect);
  const scale = (height - top - bottom) / (up + down);
  const zero = top + up * scale;
  const step = (width - left - right) / bins;
  const bars = confidence.correct.map((correct, bin) => {
    const x = round(left + bin * step + 1);
    const incorrect = confidence.incorrect[bin] ?? 0;
    return html`${correct > 0 && html`<rect x="${x}" y="${round(zero - correct * scale)}" width="${round(step - 2)}" height="${round(correct * scale)}" fill="${BLUE}"/>`}${
      incorrect > 0 &&
      html`<rect x="${x}" y="${round(zero)}" width="${round(step - 2)}" height="${round(incorrect * scale)}" fill="${VERMILION}"/>`
    }`;
  });
  const marks = [
    ...roundTicks(0, up, 4).map((value) => [value, zero - value * scale] as const),
    ...roundTicks(0, down, Math.max(1, Math.round((4 * down) / up)))
      .filter((value) => value > 0 && value * scale > 14)
      .map((value) => [value, zero + value * scale] as const),
  ]
    .filter(([value]) => Number.isInteger(value))
    .map(
      ([value, y]) =>
        html`<line x1="${left}" x2="${width - right}" y1="${round(y)}" y2="${round(y)}" stroke="${value === 0 ? '#16202b' : '#dfe5ea'}"/><text class="soft" x="${left - 8}" y="${round(y) + 4}" text-anchor="end" font-size="12">${value}</text>`,
    );
  const edges = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (edge) =>
      html`<text class="soft" x="${round(left + edge * (width - left - right))}" y="${height - bottom + 18}" text-anchor="middle" font-size="12">${edge}</text>`,
  );
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of confidence, correct predictions upwards, incorrect downwards"><rect x="${left}" y="4" width="12" height="12" fill="${BLUE}"/><text x="${left + 18}" y="14" font-size="12.5">correct (up)</text><rect x="${left + 100}" y="4" width="12" height="12" fill="${VERMILION}"/><text x="${left + 118}" y="14" font-size="12.5">incorrect (down)</text>${marks}${bars}${edges}<text class="soft" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle" font-size="12">confidence</text></svg>`;
}

/** One value with its interval on a 0..1 line, for a table row. */
export function intervalBar(value: number, low: number | null, high: number | null): Html {
  const x = (share: number) => round(4 + 112 * share);
  return html`<svg viewBox="0 0 120 16" style="width:120px" aria-hidden="true"><line x1="4" x2="116" y1="8" y2="8" stroke="#dfe5ea" stroke-width="2"/>${
    low !== null &&
    high !== null &&
    html`<line x1="${x(low)}" x2="${x(high)}" y1="8" y2="8" stroke="${BLUE}" stroke-width="4" stroke-linecap="round" opacity="0.45"/>`
  }<circle cx="${x(value)}" cy="8" r="4" fill="${BLUE}"/></svg>`;
}

/** A share of 1 as a bar, for the classes of one answer. */
export function shareBar(share: number, strong: boolean): Html {
  return html`<svg viewBox="0 0 120 12" style="width:100%;height:10px" preserveAspectRatio="none" aria-hidden="true"><rect width="120" height="12" fill="#eef2f5"/><rect width="${round(120 * share)}" height="12" fill="${strong ? BLUE : GREY}"/></svg>`;
}
