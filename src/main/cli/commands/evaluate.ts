import { type Command, Option } from 'commander';
import { leakStatement } from '#shared/models/known-leaks';
import { patientsText } from '#shared/models/patient-count';
import type { Evaluation } from '#shared/models/run';
import { viewsText } from '#shared/models/test-time';
import { RESEARCH_USE } from '#shared/research-use';
import type { EvaluationNumbers } from '#shared/statistics/evaluate';
import { formatMetric } from '#shared/text/metric';
import type { RunCommand } from '../command';
import { table } from '../table';
import { testTimeViewsOption } from './test-time-views';

interface Options {
  readonly split: 'validation' | 'test';
  readonly views?: number;
  readonly by?: string;
}

export function addEvaluate(program: Command, run: RunCommand): void {
  program
    .command('evaluate')
    .description("evaluate a run's best model on images it was not trained on")
    .argument('<project>', 'the project folder')
    .argument('<run>', 'run id from `fovea runs`')
    .addOption(
      new Option('--split <split>', 'images to evaluate on; each opening of the test set is recorded')
        .choices(['validation', 'test'])
        .default('test'),
    )
    .addOption(testTimeViewsOption())
    .option('--by <name>', 'your name, for the record of test set openings')
    .action((folder: string, id: string, { split, views, by }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const { value } = await session.run('evaluations.evaluate', {
          project,
          run: id,
          split,
          testTimeViews: views,
          by: by ?? null,
        });
        return { result: { ...value, leakStatement: leakStatement(value.leaks) }, text: describeEvaluation(value) };
      }),
    );
}

export const describeEvaluation = (evaluation: Evaluation): string =>
  describeNumbers(evaluation, `${evaluation.split} images, ${viewsText(evaluation.testTimeViews)}`);

/** `images`: the kind of images in “12 test images of 5 patients”. */
export function describeNumbers(
  evaluation: EvaluationNumbers & Pick<Evaluation, 'leak' | 'leaks'>,
  images: string,
): string {
  const { classes, perClass, confusionMatrix, cautions, n } = evaluation;
  return [
    ...(evaluation.leak === null ? [] : [`WARNING: ${evaluation.leak}`, '']),
    ...(leakStatement(evaluation.leaks) === '' ? [] : [leakStatement(evaluation.leaks), '']),
    `${n} ${images}, ${patientsText(evaluation)}; 95 % intervals in brackets`,
    '',
    table(
      ['measure', 'value'],
      [
        ['accuracy', formatMetric(evaluation.accuracy)],
        ['macro recall', formatMetric(evaluation.macroRecall)],
        ['weighted recall', formatMetric(evaluation.weightedRecall)],
        ['macro F1', formatMetric(evaluation.macroF1)],
        ['AUC, one versus rest', evaluation.auc === null ? '–' : formatMetric(evaluation.auc)],
        ['loss', formatMetric(evaluation.loss)],
      ],
    ),
    '',
    table(
      ['class', 'precision', 'recall', 'F1', 'images'],
      perClass.map((one) => [
        one.label,
        formatMetric(one.precision),
        formatMetric(one.recall),
        formatMetric(one.f1),
        one.support,
      ]),
    ),
    '',
    'Rows: true class; columns: predicted class',
    table(
      ['', ...classes],
      confusionMatrix.map((row, index) => [classes[index] ?? '', ...row]),
    ),
    ...cautions.map((caution) => `Note: ${caution}`),
    RESEARCH_USE,
  ].join('\n');
}
