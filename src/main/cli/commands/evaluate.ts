import { type Command, Option } from 'commander';
import { leakStatement } from '#shared/models/known-leaks';
import type { Metric } from '#shared/models/metric';
import { patientsText } from '#shared/models/patient-count';
import type { Evaluation } from '#shared/models/run';
import { viewsText } from '#shared/models/test-time';
import { RESEARCH_USE } from '#shared/research-use';
import type { EvaluationNumbers } from '#shared/statistics/evaluate';
import { formatMetric } from '#shared/text/metric';
import type { RunCommand } from '../command';
import { table } from '../table';
import { type NamedCurves, tasksOf, withNames } from './evaluated-tasks';
import { collect } from './numbers';
import { testTimeViewsOption } from './test-time-views';
import { describeThreshold } from './threshold';

interface Options {
  readonly split: 'validation' | 'test';
  readonly views?: number;
  readonly by?: string;
  readonly positive?: readonly string[];
  readonly negative?: readonly string[];
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
    .option('--positive <class>', 'class of a group to detect, for one more curve; repeat for several', collect)
    .option('--negative <class>', 'class of the group to tell it from; default: all others', collect)
    .action((folder: string, id: string, { split, views, by, ...groups }: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const { record } = await session.request('runs.get', { project, run: id });
        const tasks = tasksOf(record.classes, groups);
        const { value } = await session.run('evaluations.evaluate', {
          project,
          run: id,
          split,
          testTimeViews: views,
          by: by ?? null,
        });
        const curves: NamedCurves[] = [];
        for (const task of tasks) {
          const found = await session.request('evaluations.curves', { project, run: id, split, task });
          curves.push(withNames(found, value.classes));
        }
        const point = await session.request('evaluations.operatingPoint', { project, run: id });
        const at = { project, run: id, split };
        const here = point === null ? null : await session.request('evaluations.threshold', { ...at, ...point });
        const operatingPoint = point === null ? null : { ...point, here };
        return {
          result: { ...value, leakStatement: leakStatement(value.leaks), curves, operatingPoint },
          text: [
            describeEvaluation(value, describeCurves(curves)),
            ...(here === null ? [] : ['', 'Sealed operating point', describeThreshold(here)]),
          ].join('\n'),
        };
      }),
    );
}

export const describeEvaluation = (evaluation: Evaluation, curves = ''): string =>
  describeNumbers(evaluation, `${evaluation.split} images, ${viewsText(evaluation.testTimeViews)}`, curves);

const optional = (metric: Metric | null): string => (metric === null ? '–' : formatMetric(metric));

function describeCurves(curves: readonly NamedCurves[]): string {
  return table(
    ['positive', 'negative', 'AUC', 'average precision', 'positive images', 'negative images'],
    curves.map((one) => [
      one.positive.join(', '),
      one.negative.join(', '),
      optional(one.auc),
      optional(one.averagePrecision),
      one.positives,
      one.negatives,
    ]),
  );
}

/** `images`: the kind of images in “12 test images of 5 patients”. `curves`: a further table. */
export function describeNumbers(
  evaluation: EvaluationNumbers & Pick<Evaluation, 'leak' | 'leaks'>,
  images: string,
  curves = '',
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
        ['macro precision', optional(evaluation.macroPrecision)],
        ['macro F1', formatMetric(evaluation.macroF1)],
        ['AUC, one versus rest', optional(evaluation.auc)],
        ['loss', formatMetric(evaluation.loss)],
      ],
    ),
    '',
    table(
      ['class', 'precision', 'recall', 'specificity', 'F1', 'images'],
      perClass.map((one) => [
        one.label,
        formatMetric(one.precision),
        formatMetric(one.recall),
        optional(one.specificity),
        formatMetric(one.f1),
        one.support,
      ]),
    ),
    ...(curves === '' ? [] : ['', curves]),
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
