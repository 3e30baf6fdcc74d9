import type { Command } from 'commander';
import type { Job } from '#shared/ipc/contract';
import { signOffWarning } from '#shared/models/sign-off';
import { viewsText } from '#shared/models/test-time';
import { RESEARCH_USE } from '#shared/research-use';
import { formatPercent } from '#shared/text/number';
import type { PredictedFile } from '../../services/predictions/predicted-file';
import type { RunCommand } from '../command';
import type { Session } from '../session';
import { table } from '../table';
import { testTimeViewsOption } from './test-time-views';

interface Options {
  readonly attention?: string;
  readonly views?: number;
}

export function addPredict(program: Command, run: RunCommand): void {
  program
    .command('predict')
    .description("predict files with a run's best model")
    .argument('<project>', 'the project folder')
    .argument('<run>', 'run id from `fovea runs`')
    .argument('<path...>', 'DICOM, PNG and JPEG files, or folders of them')
    .option('--attention <folder>', 'also write attention maps as PNG files to this folder')
    .addOption(testTimeViewsOption())
    .action((folder: string, id: string, paths: string[], options: Options) =>
      run(async (session) => {
        const project = await session.open(folder);
        const { record } = await session.request('runs.get', { project, run: id });
        const leak = record.signOff === null ? null : signOffWarning(record.signOff);
        const { job: ended } = await session.run('predictions.predict', {
          project,
          run: id,
          grants: paths.map((path) => session.grant(path)),
          attention: options.attention !== undefined,
          testTimeViews: options.views,
          ...(options.attention === undefined ? {} : { overlays: session.grant(options.attention) }),
        });
        const predictions = predictedFiles(session, ended);
        return {
          result: { predictions: predictions.map(predictionResult), leak },
          text: leak === null ? toText(predictions) : `WARNING: ${leak}\n\n${toText(predictions)}`,
          interrupted: ended.state === 'cancelled',
        };
      }),
    );
}

/** The predictions of a job. From the service, because paths are not part of the window's result. */
export const predictedFiles = ({ services }: Session, job: Job): PredictedFile[] => services.predictions.list(job.id);

/** The documented result of a prediction: probabilities by label, and the overlay's path as `attention`. */
export function predictionResult(file: PredictedFile) {
  const { path, name, ok, label, confidence, testTimeViews, probabilities, overlays, error } = file;
  return {
    path,
    name,
    ok,
    label,
    confidence,
    testTimeViews,
    probabilities: Object.fromEntries(probabilities.map((one) => [one.label, one.probability])),
    ...(overlays === null ? {} : { attention: overlays.lastLayer, rollout: overlays.rollout }),
    ...(error === null ? {} : { error }),
  };
}

function toText(files: readonly PredictedFile[]): string {
  const rows = files.map(({ name, label, confidence, probabilities, error }) => [
    name,
    label ?? '–',
    confidence === null ? '–' : formatPercent(confidence),
    error?.message ?? probabilities.map((one) => `${one.label} ${formatPercent(one.probability)}`).join(', '),
  ]);
  const views = files[0]?.testTimeViews ?? 0;
  const note = views === 0 ? '' : `Probabilities are the ${viewsText(views)}.\n`;
  return `${table(['file', 'prediction', 'confidence', ''], rows)}\n${note}${RESEARCH_USE}`;
}
