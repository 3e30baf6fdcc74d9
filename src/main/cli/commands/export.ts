import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormatSchema } from '#shared/models/export';
import { RESEARCH_USE } from '#shared/research-use';
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
    .description("write a run's best model for other programs, checked against the trained one")
    .argument('<project>', 'the project folder')
    .argument('<run>', 'as in `fovea runs`')
    .argument('<out>', 'a new or empty folder')
    .addOption(
      new Option('--format <format>', 'a Hugging Face folder, or ONNX in fp32 or int8')
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
    `Against the trained model on ${parity.images} images: probabilities differ by at most ${parity.maxProbabilityDifference.toExponential(1)}, the same answer on ${(100 * parity.agreement).toFixed(1)} %.`,
    ...(comparison === null ? [] : ['', describePrecisions(comparison)]),
    RESEARCH_USE,
  ].join('\n');
}
