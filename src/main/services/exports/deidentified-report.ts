import type { SplitName } from '#shared/models/dataset';
import {
  type DeidentifiedOptions,
  type HeldBackReason,
  heldBackText,
  pixelRiskNames,
} from '#shared/models/deidentified-export';
import { formatCount } from '#shared/text/number';
import { formatMoment } from '#shared/text/time';
import type { ActionCount } from '../../ingest/dicom/deidentify/options';
import { type Html, html } from '../reports/report-html';
import { facts, reportPage } from '../reports/report-page';

export interface HeldBackFile {
  readonly file: number;
  readonly image: number;
  readonly reason: HeldBackReason;
  /** What is hidden and where, as text for people. */
  readonly detail: string | null;
}

export interface FailedFile {
  readonly file: number;
  readonly image: number;
  readonly code: string;
  readonly message: string;
}

/** Report of an export, written unchanged to `report.json`. */
export interface DeidentifiedReport {
  readonly fovea: string;
  readonly writtenAt: string;
  readonly profile: string;
  readonly options: DeidentifiedOptions;
  readonly files: number;
  readonly written: number;
  /** Null if no patient is known. */
  readonly patients: number | null;
  /** New names of classes whose names contained a name, number or date of a patient. */
  readonly renamedClasses: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  /** Number of written files by the risk of their pixels. */
  readonly includedRisks: Readonly<Partial<Record<HeldBackReason, number>>>;
  readonly heldBack: readonly HeldBackFile[];
  readonly failed: readonly FailedFile[];
  readonly actions: readonly ActionCount[];
  readonly statements: readonly string[];
}

export const PROFILE = 'DICOM PS3.15 2026c, Annex E, Basic Application Level Confidentiality Profile';

/** Statements for a person who shares the files. */
export function statementsOf(options: DeidentifiedOptions, renamedClasses: readonly string[]): string[] {
  return [
    'Pixels were not changed: names, dates or faces visible in an image are still there. Text detection ran at import, but it can miss text.',
    'Data that viewers do not show was removed: unused pixel bits, data after the image, comments and other segments of compressed images, colours under full transparency.',
    options.dates === 'shift'
      ? 'Dates were shifted into the past by a secret number of days, the same for all files of a patient. Times of day were kept, as the PS3.15 option for modified dates allows; an unusual time can still identify an examination. Dates of birth were removed.'
      : 'Dates and times were removed or replaced by a fixed value.',
    'UIDs and patient numbers are consistent across all exports of this project. Only the project can link them to the originals.',
    'Attributes kept by the profile (codes and their meanings, equipment, body parts, explanations) were retained, except for values that contain a name, number or date from the same file. Names shorter than three letters and numbers shorter than five digits were recognised only as a whole value, not within a longer text.',
    renamedClasses.length === 0
      ? 'Class names were not changed; none contained a name, number or date of a patient from the DICOM files. PNG and JPEG files do not identify their patient. Class names of one or two digits are never changed.'
      : `${renamedClasses.length} class ${renamedClasses.length === 1 ? 'name' : 'names'} contained a name, number or date of a patient and became ${renamedClasses.join(', ')}. Other class names were not changed; those of one or two digits never are.`,
    'labels.csv contains sex and age in whole years; 90 means 90 and older.',
  ];
}

const splitTitles: Readonly<Record<SplitName, string>> = { train: 'training', validation: 'validation', test: 'test' };

/** A self-contained HTML page. */
export function deidentifiedReportPage(report: DeidentifiedReport): string {
  return reportPage({
    title: 'De-identified export',
    version: report.fovea,
    body: html`<header><div><p class="eyebrow">Fovea · de-identified export</p><h1>${formatCount(report.written)} files${report.patients === null ? ', patients unknown' : ` of ${formatCount(report.patients)} patients`}</h1><p class="meta">${report.profile} · Fovea ${report.fovea} · ${formatMoment(report.writtenAt)}</p></div><span class="badge">Research use only</span></header>
<section class="cautions"><h2>Before you share these files</h2><ul>${report.statements.map((text) => html`<li>${text}</li>`)}</ul></section>
${summary(report)}
${leftOut(report)}
${actions(report.actions)}
<footer>Files are numbered within this export, and patients within the project. Only the project links these numbers to the originals.</footer>`,
  });
}

function summary({ options, files, written, heldBack, failed, kinds, includedRisks }: DeidentifiedReport): Html {
  const rows: readonly (readonly [string, string])[] = [
    ['files requested', formatCount(files)],
    [
      'written',
      `${formatCount(written)} (${
        Object.entries(kinds)
          .map(([kind, n]) => `${formatCount(n)} ${kind.toUpperCase()}`)
          .join(', ') || 'none'
      })`,
    ],
    ['held back', formatCount(heldBack.length)],
    ['failed', formatCount(failed.length)],
    ['split', options.split === null ? 'all' : splitTitles[options.split]],
    ['unlabelled images', options.labelledOnly ? 'excluded' : 'included'],
    ['dates', options.dates === 'shift' ? 'shifted by a secret number of days per patient' : 'removed'],
    ...Object.entries(includedRisks).map(([risk, n]): [string, string] => [
      `written although the file ${pixelRiskNames[risk as HeldBackReason]}`,
      formatCount(n),
    ]),
  ];
  return html`<section class="keep"><h2>Summary</h2>${facts(rows)}</section>`;
}

/** Rows of a list at most; report.json has them all. */
const MAX_ROWS = 500;

function leftOut({ heldBack, failed }: DeidentifiedReport): Html {
  const rows = [
    ...heldBack.map((one) => ({ file: one.file, image: one.image, why: heldBackText(one) })),
    ...failed.map(({ file, image, message }) => ({ file, image, why: `Failed: ${message}` })),
  ];
  if (rows.length === 0) return html`<section><h2>Excluded files</h2><p>No file was held back or failed.</p></section>`;
  return html`<section><h2>Excluded files</h2><table><thead><tr><th class="number">File</th><th class="number">Image in the project</th><th>Reason</th></tr></thead><tbody>${rows
    .slice(0, MAX_ROWS)
    .map(
      ({ file, image, why }) =>
        html`<tr><td class="number">${file}</td><td class="number">${image}</td><td>${why}</td></tr>`,
    )}</tbody></table>${rows.length > MAX_ROWS && html`<p class="note">And ${formatCount(rows.length - MAX_ROWS)} more: see report.json.</p>`}</section>`;
}

function actions(list: readonly ActionCount[]): Html {
  return html`<section><h2>Changes to attributes</h2><table><thead><tr><th>Attribute</th><th>Name</th><th>Action</th><th class="number">Times</th></tr></thead><tbody>${list.map(
    ({ tag, keyword, action, count: times }) =>
      html`<tr><td><code>${tag}</code></td><td>${keyword}</td><td>${action}</td><td class="number">${formatCount(times)}</td></tr>`,
  )}</tbody></table><p class="note">Counts cover all files and nested sequences and exclude empty attributes. PNG and JPEG files keep what is needed to display them: size, palette, transparency, colour and orientation.</p></section>`;
}
