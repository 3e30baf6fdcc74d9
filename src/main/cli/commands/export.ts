import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormatSchema } from '#shared/models/export';
import { RESEARCH_USE } from '#shared/research-use';
import { formatPercent } from '#shared/text/number';
import type { ExportResult } from '../../services/exports/exports';
import type { RunCommand } from '../command';
import { describePrecisions } from '../precision-text';
import { table } from '../table';

interface Options {
  readonly format: ExportFormat;
}

export function addExport(program: Command, run: RunCommand): void {
  program
    .command('export')
    .description("export a run's best model for other programs and check it against the trained model")
    .argument('<project>', 'the project folder')
    .argument('<run>', 'run id from `fovea runs`')
    .argument('<out>', 'a new or empty folder')
    .addOption(
      new Option('--format <format>', 'Hugging Face folder, or ONNX in fp32 or int8')
        .choices(exportFormatSchema.options)
        .makeOptionMandatory(),
    )
    .action((folder: string, id: string, out: string, { format }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const target = { folder: session.grant(out) };
        const { value } = await session.run('exports.write', { project, run: id, format, target });
        return { result: { ...value }, text: toText(value) };
      }),
    );
}

function toText({ folder, files, parity, comparison }: ExportResult): string {
  return [
    folder,
    table(
      ['file', 'bytes'],
      files.map(({ name, bytes }) => [name, bytes]),
    ),
    `Against the trained model on ${parity.images} images: probabilities differ by at most ${parity.maxProbabilityDifference.toExponential(1)}, the same prediction on ${formatPercent(parity.agreement)}.`,
    ...(comparison === null ? [] : ['', describePrecisions(comparison)]),
    RESEARCH_USE,
  ].join('\n');
}
