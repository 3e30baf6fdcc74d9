import { factorNames } from '#shared/balance/balance-text';
import { sequentialBlue } from '#shared/charts/palette';
import type { Association } from '#shared/models/balance';
import { splitNames } from '#shared/models/dataset';
import type { DatasetReport, ValueCount } from '#shared/models/dataset-report';
import { imagesText, patientsCell } from '#shared/models/patient-count';
import { leakText, voidText } from '#shared/models/sign-off';
import { formatCount, formatPercent } from '#shared/text/number';
import { formatMoment } from '#shared/text/time';
import { type Html, html } from './report-html';
import { facts, reportPage } from './report-page';

/** The dataset report as one page for the screen, for print and for a study's records. */
export function renderDatasetReport(report: DatasetReport, version: string): string {
  return reportPage({
    title: `${report.project} – dataset`,
    version,
    body: html`<header><div><p class="eyebrow">Fovea · dataset report</p><h1>${report.project}</h1><p class="meta">${imagesText(report.images, report)} · ${formatMoment(report.writtenAt)}</p></div><span class="badge">Research use only</span></header>
${tiles(report)}
${warnings(report)}
${classes(report)}
${split(report)}
${balance(report)}
${pictures(report)}
${duplicates(report)}
${imports(report)}
<footer><strong>Research use only.</strong> Written by Fovea ${version}. Patients are counted by number; nothing here identifies anyone.</footer>`,
  });
}

const partName = { train: 'Training', validation: 'Validation', test: 'Test' } as const;

function tiles({ images, unlabelled, patients, withoutPatient, studies, classes: of }: DatasetReport): Html {
  const tile = (name: string, value: number | string, below: string): Html =>
    html`<div class="tile"><span class="name">${name}</span><span class="value">${typeof value === 'number' ? formatCount(value) : value}</span><span class="interval">${below}</span></div>`;
  return html`<div class="tiles">${tile('Images', images, unlabelled === 0 ? 'all labelled' : `${formatCount(unlabelled)} without a label`)}${tile('Classes', of.length, 'with images')}${patients === null ? tile('Patients', 'unknown', 'no image has one') : tile('Patients', patients, withoutPatient === 0 ? 'known for every image' : `${formatCount(withoutPatient)} images without`)}${tile('Studies', studies, 'known')}</div>`;
}

function warnings({ warnings: lines }: DatasetReport): Html {
  return lines.length === 0
    ? html``
    : html`<section class="cautions"><h2>Limitations</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;
}

function classes({ classes: rows, split: current, imagesPerPatient }: DatasetReport): Html {
  const total = (of: (row: DatasetReport['classes'][number]) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const all = total(({ images }) => images);
  const splits = current === null ? [] : splitNames;
  return html`<section class="keep"><h2>Classes</h2><div class="scroll"><table><thead><tr><th>Class</th>${splits.map((name) => html`<th class="number">${partName[name]}</th>`)}${splits.length > 0 && html`<th class="number">No split</th>`}<th class="number">Images</th><th class="number">Share</th><th class="number">Patients</th></tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr><td>${row.label}</td>${splits.map((name) => html`<td class="number">${formatCount(row.splits[name])}</td>`)}${splits.length > 0 && html`<td class="number">${formatCount(row.outside)}</td>`}<td class="number">${formatCount(row.images)}</td><td class="number">${formatPercent(row.images / all)}</td><td class="number">${patientsCell(row)}</td></tr>`,
  )}<tr class="total"><td>All</td>${splits.map((name) => html`<td class="number">${formatCount(total((row) => row.splits[name]))}</td>`)}${splits.length > 0 && html`<td class="number">${formatCount(total(({ outside }) => outside))}</td>`}<td class="number">${formatCount(all)}</td><td></td><td></td></tr></tbody></table></div>${
    imagesPerPatient.length > 0 &&
    html`<p class="note">Images per patient: ${imagesPerPatient.map(({ value, patients }) => `${value} (${patients === 1 ? '1 patient' : `${formatCount(patients)} patients`})`).join(', ')}.</p>`
  }</section>`;
}

const grouping = {
  patient: 'images of each patient',
  none: 'nothing by patient',
  folders: 'as given by folders or a table',
} as const;

function split({ split: current }: DatasetReport): Html {
  if (current === null) return html`<section class="keep"><h2>Split</h2><p>There is no split yet.</p></section>`;
  const { signOff } = current;
  const leak = { patients: current.patientsAcrossSplits, duplicates: current.duplicatesAcrossSplits };
  return html`<section class="keep"><h2>Split</h2>${facts([
    ['made', `${formatMoment(current.createdAt)}, seed ${current.seed}`],
    [
      'kept together',
      `${grouping[current.group]}${current.keepDuplicatesTogether ? ', near duplicates' : '; not near duplicates'}`,
    ],
    [
      'test split',
      current.heldOut === null
        ? 'random sample'
        : `held out by ${current.heldOut.by}: ${current.heldOut.values.join(', ')}`,
    ],
    [
      'patients',
      splitNames
        .map(
          (name) =>
            `${partName[name]} ${patientsCell({ patients: current.patients[name], withoutPatient: current.withoutPatient[name] })}`,
        )
        .join(', '),
    ],
    ['largest deviation from equal class shares', `${Number(current.deviation.toFixed(2))} images`],
    ['in more than one split', current.groupsAcrossSplits === 0 ? 'nothing' : leakText(leak)],
    ...(signOff === null
      ? []
      : [
          [
            'sign-off',
            voidText(signOff) ?? `by ${signOff.name}, ${formatMoment(signOff.at)}: “${signOff.reason}”`,
          ] as const,
        ]),
  ])}</section>`;
}

const association = (of: Association | null): string =>
  of === null
    ? '–'
    : `${of.v.toFixed(2)}${of.strength === 'none' ? '' : ` (${of.strength})`}, n = ${formatCount(of.n)}`;

function balance({ balance: { classes: labels, factors } }: DatasetReport): Html {
  const known = factors.filter(({ levels }) => levels.length > 0);
  const unknown = factors
    .filter(({ levels }) => levels.length === 0)
    .map(({ factor }) => factorNames[factor].toLowerCase());
  return html`<h2>Balance</h2>${known.map(
    ({ factor, levels, unknown: none, bySplit, byClass }) =>
      html`<section class="keep sub"><h3>${factorNames[factor]}</h3><div class="scroll"><table><thead><tr><th></th>${splitNames.map((name) => html`<th class="number">${partName[name]}</th>`)}${labels.map((label) => html`<th class="number">${label}</th>`)}<th class="number">Images</th></tr></thead><tbody>${[
        ...levels,
        ...(none.images > 0 ? [none] : []),
      ].map(
        (level) =>
          html`<tr><td>${level.level}</td>${splitNames.map((name) => html`<td class="number">${formatCount(level.splits[name])}</td>`)}${labels.map((label) => html`<td class="number">${formatCount(level.classes[label] ?? 0)}</td>`)}<td class="number">${formatCount(level.images)}</td></tr>`,
      )}</tbody></table></div><p class="note">Cramér’s V with the split: ${association(bySplit)}. With the class: ${association(byClass)}.</p></section>`,
  )}<p class="note">Labelled images only. V is corrected for chance (Bergsma 2013) and ranges from 0 (balanced) to 1. Each patient counts once, as does each image without a patient. Unknown values are excluded.${unknown.length > 0 && ` Unknown for all images: ${unknown.join(', ')}.`}</p>`;
}

function values(title: string, rows: readonly ValueCount[], images: number): Html {
  return html`<section class="keep sub"><h3>${title}</h3><table><tbody>${rows.map(
    ({ value, images: n }) =>
      html`<tr><td>${value}</td><td class="number">${formatCount(n)}</td><td class="number">${formatPercent(n / images)}</td></tr>`,
  )}</tbody></table></section>`;
}

/** Share of the colour ramp for the most frequent size: black text stays readable on it. */
const MAX_SHADE = 0.45;

function pictures({ images, sizes, modalities, kinds, bits, colours, years, flags }: DatasetReport): Html {
  if (images === 0) return html``;
  const most = Math.max(1, ...sizes.counts.flat());
  return html`<section class="keep"><h2>Images</h2><h3>Sizes: width across, height down, in pixels</h3><div class="scroll"><table><thead><tr><th></th>${sizes.bands.map((band) => html`<th class="number">${band}</th>`)}</tr></thead><tbody>${sizes.bands.map(
    (band, row) =>
      html`<tr><td>${band}</td>${sizes.bands.map((_, column) => {
        const n = sizes.counts[row]?.[column] ?? 0;
        return n === 0
          ? html`<td></td>`
          : html`<td class="number" style="background: ${sequentialBlue('light', MAX_SHADE * Math.sqrt(n / most))}">${formatCount(n)}</td>`;
      })}</tr>`,
  )}</tbody></table></div><p class="note">${sizes.distinct === 1 ? 'One size' : `${formatCount(sizes.distinct)} different sizes`}. Most: ${sizes.common.map(({ value, images: n }) => `${value} (${formatCount(n)})`).join(', ')}.</p></section><div class="two">${values('Modality', modalities, images)}${values('File', kinds, images)}</div><div class="two">${values('Bits stored', bits, images)}${values('Colour', colours, images)}</div><div class="two">${values('Year of acquisition', years, images)}${flags.length > 0 && values('Flags', flags, images)}</div>`;
}

function duplicates({ duplicates: of }: DatasetReport): Html {
  return html`<section class="keep"><h2>Duplicates</h2>${facts([
    ['groups of similar images', `${formatCount(of.groups)}, with ${formatCount(of.images)} images`],
    ['with different labels', formatCount(of.conflicts)],
    ['in more than one split', formatCount(of.leaks)],
    ['reviewed', formatCount(of.kept)],
  ])}</section>`;
}

function imports({ imports: rows }: DatasetReport): Html {
  return html`<section class="keep"><h2>Imports</h2><table><thead><tr><th>When</th><th>State</th><th class="number">Added</th><th class="number">Already known</th><th>Skipped</th></tr></thead><tbody>${rows.map(
    ({ at, state, added, known, skipped }) =>
      html`<tr><td>${formatMoment(at)}</td><td>${state}</td><td class="number">${added === null ? '–' : formatCount(added)}</td><td class="number">${known === null ? '–' : formatCount(known)}</td><td>${skipped.length === 0 ? 'nothing' : skipped.map(({ code, files, message }) => html`<div>${formatCount(files)} × ${code}: ${message}</div>`)}</td></tr>`,
  )}</tbody></table></section>`;
}
