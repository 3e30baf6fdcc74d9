import { metricNames, metricTitle } from '#shared/experiments/metrics';
import { intensityInWords } from '#shared/imaging/intensity-text';
import { filterInWords, fitInWords } from '#shared/imaging/preparation-text';
import { leakStatement } from '#shared/models/known-leaks';
import type { Metric } from '#shared/models/metric';
import { imagesText, type PatientCount, patientsCell } from '#shared/models/patient-count';
import type { Evaluation, RunDetail, TestOpening } from '#shared/models/run';
import { viewsText } from '#shared/models/test-time';
import { noIntervalReason } from '#shared/statistics/no-interval';
import { formatInterval, formatPercentInterval } from '#shared/text/metric';
import { formatCount, formatFixed, formatPercent, formatTimes } from '#shared/text/number';
import { formatDuration, formatMoment, formatRate } from '#shared/text/time';
import { confidenceChart, confusionMatrixChart, intervalBar, lossChart, metricChart, shareBar } from './report-charts';
import { type Html, html } from './report-html';
import { facts, reportPage } from './report-page';

/** Images per class in one split when the run started. */
export interface ReportSplit extends PatientCount {
  readonly split: 'train' | 'validation' | 'test';
  readonly images: number;
  /** Images per class, in class order. */
  readonly perClass: readonly number[];
}

/** One predicted image with its attention overlay, both as PNG. */
export interface ReportExample {
  readonly name: string;
  readonly picture: Uint8Array;
  readonly overlay: Uint8Array | null;
  readonly truth: string | null;
  readonly label: string;
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
}

export interface ReportInput {
  readonly project: string;
  readonly run: RunDetail;
  readonly evaluation: Evaluation;
  readonly parts: readonly ReportSplit[];
  /** Properties of the split as [name, value]. */
  readonly split: readonly (readonly [string, string])[];
  /** Software and machine as [name, value]. */
  readonly environment: readonly (readonly [string, string])[];
  /** The project's openings of test sets so far, newest first; null in a report on validation images. */
  readonly testOpenings: readonly TestOpening[] | null;
  readonly example: ReportExample | null;
  readonly writtenAt: string;
}

/**
 * One self-contained HTML page about a run and one of its evaluations: no scripts, no requests, charts as SVG, images as
 * data URLs. All text is escaped.
 */
export function renderReport(input: ReportInput): string {
  const { run, evaluation } = input;
  const title = `${run.summary.name} – ${evaluation.split} – ${input.project}`;
  return reportPage({
    title,
    version: run.record.version,
    body: html`${header(input)}
${leak(evaluation)}
${tiles(evaluation)}
${leakLine(evaluation)}
${cautions(evaluation)}
${results(evaluation)}
${predictions(evaluation)}
${example(input.example)}
${history(run)}
${data(input)}
${methods(input)}
${footer(input)}`,
  });
}

const partName = { train: 'Training', validation: 'Validation', test: 'Test' } as const;

function header({ project, run, evaluation, writtenAt }: ReportInput): Html {
  return html`<header><div><p class="eyebrow">Fovea · image classification report</p><h1>${run.summary.name}</h1><p class="meta">${project} · ${run.record.config.backbone} · ${partName[evaluation.split]} set, ${imagesText(evaluation.n, evaluation)}${evaluation.testTimeViews > 0 && ` · ${viewsText(evaluation.testTimeViews)}`} · ${formatMoment(writtenAt)}</p></div><span class="badge">Research use only</span></header>`;
}

function leak({ leak: text }: Evaluation): Html {
  return text === null ? html`` : html`<section class="cautions"><h2>Leaking split</h2><p>${text}</p></section>`;
}

/** Known leaks, and that none were found: readers of a report cannot look it up. */
function leakLine({ leaks }: Evaluation): Html {
  const statement = leakStatement(leaks);
  return statement === '' ? html`` : html`<p class="note">${statement}</p>`;
}

function tiles({ accuracy, macroRecall, macroF1, auc, loss }: Evaluation): Html {
  const tile = (name: string, value: string, metric: Metric, interval: string): Html =>
    html`<div class="tile"><span class="name">${name}</span><span class="value">${value}</span><span class="interval">${interval || noIntervalReason(metric)}</span></div>`;
  return html`<div class="tiles">${tile(metricTitle('accuracy'), formatPercent(accuracy.value), accuracy, formatPercentInterval(accuracy))}${tile(metricTitle('macroRecall'), formatPercent(macroRecall.value), macroRecall, formatPercentInterval(macroRecall))}${tile(metricTitle('macroF1'), formatFixed(macroF1.value), macroF1, formatInterval(macroF1))}${
    auc === null
      ? html`<div class="tile"><span class="name">${metricTitle('auc')}</span><span class="value">–</span><span class="interval">a class has no cases</span></div>`
      : tile(metricTitle('auc'), formatFixed(auc.value), auc, formatInterval(auc))
  }${tile(metricTitle('loss'), formatFixed(loss.value, 4), loss, formatInterval(loss, 4))}</div><p class="note">95 % intervals are shown below each value.</p>`;
}

function cautions(evaluation: Evaluation): Html {
  const validation =
    evaluation.split === 'validation' &&
    html`<li>These are validation images, on which the best epoch was chosen, so these results are too optimistic. Use the test set for unbiased results.</li>`;
  if (evaluation.cautions.length === 0 && validation === false) return html``;
  return html`<section class="cautions"><h2>Limitations</h2><ul>${evaluation.cautions.map((text) => html`<li>${text}</li>`)}${validation}</ul></section>`;
}

function results(evaluation: Evaluation): Html {
  const { perClass, macroRecall, macroPrecision, macroF1, auc, n, patients, withoutPatient } = evaluation;
  const isAlone = (patients ?? 0) + withoutPatient === n;
  const cell = (metric: Metric | null): Html =>
    metric === null
      ? html`<td class="number">–</td>`
      : html`<td class="number">${formatFixed(metric.value)}<small>${formatInterval(metric) || noIntervalReason(metric)}</small></td>`;
  return html`<section class="keep"><h2>Results by class</h2><div class="scroll"><table><thead><tr><th>Class</th><th class="number">Cases</th><th class="number">Precision</th><th class="number">Recall</th><th>Recall, 0 to 1</th><th class="number">Specificity</th><th class="number">F1</th><th class="number">AUC</th></tr></thead><tbody>${perClass.map(
    (entry) =>
      html`<tr><td>${entry.label}</td><td class="number">${formatCount(entry.support)}</td>${cell(entry.precision)}${cell(entry.recall)}<td>${intervalBar(entry.recall.value, entry.recall.low, entry.recall.high)}</td>${cell(entry.specificity)}${cell(entry.f1)}${cell(entry.auc)}</tr>`,
  )}<tr class="total"><td>Macro mean</td><td class="number">${formatCount(n)}</td>${cell(macroPrecision)}${cell(macroRecall)}<td>${intervalBar(macroRecall.value, macroRecall.low, macroRecall.high)}</td><td></td>${cell(macroF1)}${cell(auc)}</tr></tbody></table></div>
<p class="note">The 95 % interval is shown under each value: a bootstrap that draws ${patients === null ? 'images' : 'patients'} with replacement${isAlone ? "; Wilson's for precision, recall, specificity and accuracy" : ''}. Specificity and AUC are one versus rest.</p></section>`;
}

function predictions(evaluation: Evaluation): Html {
  return html`<section class="keep"><h2>Correct and incorrect predictions</h2><div class="two"><figure><h3>Confusion matrix</h3>${confusionMatrixChart(evaluation.confusionMatrix, evaluation.classes)}<figcaption>Cases, and their share of the row. Outlined cells are correct predictions.</figcaption></figure><figure><h3>Confidence</h3>${confidenceChart(evaluation.confidence)}<figcaption>Predicted probability of the chosen class, in 20 bins. Not calibrated.</figcaption></figure></div></section>`;
}

function example(entry: ReportExample | null): Html {
  if (entry === null) return html``;
  const picture = (bytes: Uint8Array, description: string): Html =>
    html`<img src="data:image/png;base64,${Buffer.from(bytes).toString('base64')}" alt="${description}">`;
  return html`<section class="keep"><h2>Example</h2><div class="example"><figure>${picture(entry.picture, 'The image as the model receives it')}<figcaption>${entry.name}</figcaption></figure>${
    entry.overlay !== null &&
    html`<figure>${picture(entry.overlay, 'The same image with an attention overlay of the last layer')}<figcaption>Attention of the last layer, mean of its heads; brighter is higher. It shows where the model looked, not why it predicted this class.</figcaption></figure>`
  }<div><h3>Prediction</h3><p><strong>${entry.label}</strong>${entry.truth !== null && html` – labelled ${entry.truth}`}</p><table><tbody>${entry.probabilities.map(
    ({ label, probability }) =>
      html`<tr><td>${label}${shareBar(probability, label === entry.label)}</td><td class="number">${formatPercent(probability)}</td></tr>`,
  )}</tbody></table></div></div></section>`;
}

function history({ history: records, summary }: RunDetail): Html {
  if (records.length === 0) return html``;
  const best = summary.best?.epoch ?? null;
  return html`<section class="keep"><h2>Training</h2><div class="two"><figure><h3>Loss</h3>${lossChart(records, best)}</figure><figure><h3>Validation metrics</h3>${metricChart(records, best)}</figure></div><p class="note">${summary.epochsDone} of ${summary.epochs} epochs in ${formatDuration(summary.seconds)}.${
    summary.best !== null &&
    html` Kept: epoch ${summary.best.epoch}, chosen by validation ${metricNames[summary.best.metric]} (${formatFixed(summary.best.value, 4)}).`
  }${summary.state !== 'finished' && html` The run is ${summary.state}.`}</p></section>`;
}

function data({ parts, split, run, testOpenings }: ReportInput): Html {
  const { classes } = run.record;
  return html`<section class="keep"><h2>Data</h2><div class="scroll"><table><thead><tr><th>Split</th>${classes.map((label) => html`<th class="number">${label}</th>`)}<th class="number">Images</th><th class="number">Patients</th></tr></thead><tbody>${parts.map(
    (entry) =>
      html`<tr><td>${partName[entry.split]}</td>${entry.perClass.map((value) => html`<td class="number">${formatCount(value)}</td>`)}<td class="number">${formatCount(entry.images)}</td><td class="number">${patientsCell(entry)}</td></tr>`,
  )}<tr class="total"><td>All</td>${classes.map((_, index) => html`<td class="number">${formatCount(parts.reduce((sum, entry) => sum + (entry.perClass[index] ?? 0), 0))}</td>`)}<td class="number">${formatCount(parts.reduce((sum, entry) => sum + entry.images, 0))}</td><td></td></tr></tbody></table></div>${
    split.length > 0 && facts(split)
  }${testOpenings !== null && openings(testOpenings, run.record.id)}</section>`;
}

/** Openings listed; the text above counts all of them. */
const MAX_OPENINGS = 20;

function openings(all: readonly TestOpening[], run: string): Html {
  const own = all.filter((one) => one.run === run).length;
  return html`<h3>Openings of the test set</h3><p class="note">The test set was opened ${formatTimes(own)} for this run, and ${formatTimes(all.length)} in this project. Choosing a model by test results makes them too optimistic.${all.length > MAX_OPENINGS && ` The last ${MAX_OPENINGS} are listed.`}</p><table><thead><tr><th>When</th><th>Run</th><th>By</th><th class="number">Images</th></tr></thead><tbody>${all
    .slice(0, MAX_OPENINGS)
    .map(
      (one) =>
        html`<tr><td>${formatMoment(one.at)}</td><td>${one.runName ?? `${one.run} (removed)`}</td><td>${one.by ?? '–'}</td><td class="number">${formatCount(one.images)}</td></tr>`,
    )}</tbody></table>`;
}

function methods({ run, evaluation, environment }: ReportInput): Html {
  const { config, pipeline, hashes } = run.record;
  const code = (text: string): Html => html`<code>${text}</code>`;
  const configRows = Object.entries(config)
    .filter(([, value]) => typeof value !== 'object' || value === null)
    .map(([name, value]): [string, Html] => [name, code(value === null ? 'none' : String(value))]);
  const augmentationRows = Object.entries(config.augmentation).map(([name, value]): [string, Html] => [
    name,
    code(Array.isArray(value) ? value.join(' to ') : String(value)),
  ]);
  return html`<h2>Methods</h2><div class="two"><section class="keep"><h3>Model and training</h3>${facts([
    ['parameters', `${formatCount(run.record.parameters)}, ${formatCount(run.record.trainableParameters)} trained`],
    ...configRows,
  ])}</section><section class="keep"><h3>Augmentation of training images</h3>${facts(augmentationRows)}</section></div>
<section class="keep"><h2>Preprocessing</h2>${facts([
    ['intensity', intensityInWords(pipeline.intensity)],
    [
      'canonical raster',
      `8 bit, short side at most ${pipeline.canonicalShortSide} px, ${pipeline.pixels === 'square' ? 'square pixels' : 'pixels as stored'}`,
    ],
    ['model input', `${fitInWords(pipeline)}; ${filterInWords(pipeline)}`],
    ['scale', `× ${Number(pipeline.rescaleFactor.toPrecision(6))}`],
    ['mean, standard deviation', `${pipeline.mean.join(', ')}; ${pipeline.std.join(', ')}`],
  ])}</section>
<section class="keep"><h2>Reproducibility</h2>${facts([
    ['run', code(run.record.id)],
    ...(run.record.parent === null
      ? []
      : [['continues', html`${run.record.parent.name}, ${code(run.record.parent.run)}`] as const]),
    ['started', formatMoment(run.record.createdAt)],
    [
      'evaluated',
      `${formatMoment(evaluation.evaluatedAt)}, ${formatDuration(evaluation.seconds)}, ${formatRate(evaluation.imagesPerSecond)}`,
    ],
    [
      'test-time augmentation',
      evaluation.testTimeViews === 0
        ? 'none: one view per image'
        : `probabilities are the ${viewsText(evaluation.testTimeViews)}: the evaluation view and ${evaluation.testTimeViews} augmented as above`,
    ],
    ...(run.record.datasetVersion === null
      ? []
      : [
          [
            'dataset version',
            html`${String(run.record.datasetVersion.number)}, ${code(run.record.datasetVersion.hash)}`,
          ] as const,
        ]),
    ['training data', code(hashes.dataset)],
    ['split', code(hashes.split)],
    ['backbone', code(hashes.backbone)],
    ['pipeline', code(hashes.pipeline)],
    ...environment,
  ])}<p class="note">Hashes are SHA-256. Equal hashes mean equal images, labels, split, starting weights and preprocessing.</p>${
    run.record.notes.length > 0 && html`<ul class="note">${run.record.notes.map((note) => html`<li>${note}</li>`)}</ul>`
  }</section>`;
}

function footer({ run }: ReportInput): Html {
  return html`<footer><strong>Research use only.</strong> This report and the model it describes are not a medical device and are not cleared for diagnosis or treatment. Written by Fovea ${run.record.version}.</footer>`;
}
