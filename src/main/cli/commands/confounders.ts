import type { Command } from 'commander';
import { sourceNames } from '#shared/confounders/verdict';
import type { ConfounderScan } from '#shared/models/confounders';
import { formatMetric } from '#shared/text/metric';
import { formatFixed, formatQuantity } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';
import type { RunCommand } from '../command';
import { table } from '../table';

export function addConfounders(program: Command, run: RunCommand): void {
  program
    .command('confounders')
    .description('measure how well tags, the image border, burned-in text and brightness each predict the label')
    .argument('<project>', 'the project folder')
    .action((folder: string) =>
      run(async (session) => {
        const project = await session.open(folder);
        const { value: scan } = await session.run('confounders.scan', { project });
        return { result: { ...scan }, text: toText(scan) };
      }),
    );
}

function toText(scan: ConfounderScan): string {
  const { findings, classes, leftOut, examined, images, groups, seconds } = scan;
  const measured = findings.filter(({ auc }) => auc !== null);
  const without = findings.filter(({ auc }) => auc === null);
  return [
    scan.summary,
    ...(measured.length === 0
      ? []
      : [
          '',
          table(
            ['source', 'AUC [95 %]', 'balanced accuracy', 'p', 'p, Holm-adjusted', 'verdict'],
            measured.map(({ source, auc, balancedAccuracy, p, adjustedP, verdict }) => [
              sourceNames[source],
              auc === null ? '' : formatMetric(auc),
              balancedAccuracy === null ? '' : formatMetric(balancedAccuracy),
              formatFixed(p ?? 1),
              formatFixed(adjustedP ?? 1),
              verdict,
            ]),
          ),
          '',
          ...measured.map(({ sentence }) => sentence),
        ]),
    ...(without.length === 0
      ? []
      : [`Not tested (unknown or constant): ${without.map(({ source }) => sourceNames[source]).join(', ')}.`]),
    ...leftOut.map(({ label, images: n }) => `Excluded, too few images: ${label} (${n}).`),
    ...(classes.length < 2
      ? []
      : [
          '',
          `${examined} of ${images} images in ${formatQuantity(groups, 'group')}; chance is an AUC of 0.5 and a balanced accuracy of ${formatFixed(1 / classes.length)}; ${formatDuration(seconds)}`,
        ]),
  ].join('\n');
}
