import { resolve } from 'node:path';
import type { Command } from 'commander';
import { factorNames, strongImbalances } from '#shared/balance/balance-text';
import { splitNames } from '#shared/models/dataset';
import type { DatasetReport } from '#shared/models/dataset-report';
import { patientsCell, patientsText } from '#shared/models/patient-count';
import { formatFixed, formatQuantity } from '#shared/text/number';
import { writeDatasetReport } from '../../services/reports/dataset-report-file';
import type { RunCommand } from '../command';
import { facts, table } from '../table';

export function addDataset(program: Command, run: RunCommand): void {
  program
    .command('dataset')
    .description('report on the dataset: classes, splits, balance, sizes, duplicates, imports')
    .argument('<project>', 'the project folder')
    .option('--out <file>', 'also write it to a file: HTML, or CSV if the name ends in .csv')
    .action((folder: string, { out }: { out?: string }) =>
      run(async (session) => {
        const project = await session.open(folder);
        const report = await session.request('dataset.report', { project });
        const file = out === undefined ? null : resolve(out);
        if (file !== null) await writeDatasetReport(report, file, session.services.about.version);
        return {
          result: { ...report, ...(file === null ? {} : { file }) },
          text: file === null ? toText(report) : `${toText(report)}\nWritten: ${file}`,
        };
      }),
    );
}

function toText(report: DatasetReport): string {
  const values = (rows: readonly { value: string; images: number }[]) =>
    rows.map(({ value, images }) => `${value} ${images}`).join(', ');
  const imbalances = strongImbalances(report.balance);
  return [
    table(
      ['class', 'images', 'patients', ...splitNames, 'no split'],
      report.classes.map(({ label, images, patients, withoutPatient, splits, outside }) => [
        label,
        images,
        patientsCell({ patients, withoutPatient }),
        ...splitNames.map((split) => splits[split]),
        outside,
      ]),
    ),
    '',
    facts([
      ['images', `${report.images}, ${report.unlabelled} without a label`],
      ['patients', patientsText(report)],
      ['modalities', values(report.modalities)],
      ['files', values(report.kinds)],
      ['sizes', `${report.sizes.distinct}: ${values(report.sizes.common)}`],
      [
        'duplicates',
        `${formatQuantity(report.duplicates.groups, 'group')}, ${report.duplicates.conflicts} with different labels`,
      ],
      ['imports', String(report.imports.length)],
    ]),
    '',
    table(
      ['balance', 'levels', 'V, split', 'V, class', 'unknown'],
      report.balance.factors.map(({ factor, levels, bySplit, byClass, unknown }) => [
        factorNames[factor].toLowerCase(),
        levels.length,
        bySplit === null ? '–' : formatFixed(bySplit.v, 2),
        byClass === null ? '–' : formatFixed(byClass.v, 2),
        unknown.images,
      ]),
    ),
    ...[...report.warnings, ...imbalances].map((warning) => `Note: ${warning}`),
  ].join('\n');
}
