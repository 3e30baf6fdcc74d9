import { join } from 'node:path';
import type { Command } from 'commander';
import { metricNames } from '#shared/experiments/metrics';
import { FoveaError } from '#shared/ipc/errors';
import type { Diagnosis } from '#shared/models/diagnosis';
import { leakStatement } from '#shared/models/known-leaks';
import type { LogRecord, RunDetail, RunSummary } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import type { Search } from '#shared/models/search';
import { signOffWarning } from '#shared/models/sign-off';
import { RESEARCH_USE } from '#shared/research-use';
import { formatFixed } from '#shared/text/number';
import { formatDuration, formatRate } from '#shared/text/time';
import { runFolder } from '../../services/project/project-paths';
import type { RunCommand } from '../command';
import { type Outcome, UsageError } from '../outcome';
import type { Session } from '../session';
import { table } from '../table';
import { addConfigOptions, type ConfigOptions, configurationOf } from './config-options';
import { firstFailure, waitPausing } from './finish-runs';
import { wholeNumber } from './numbers';
import { runTable } from './run-table';

/** Epochs of a continued run by default. */
const MORE_EPOCHS = 10;

interface Options extends ConfigOptions {
  readonly name?: string;
  readonly resume?: string;
  readonly continue?: string;
  readonly epochs?: number;
  readonly queue?: boolean;
}

export function addTrain(program: Command, run: RunCommand): void {
  const command = program
    .command('train')
    .description('fine-tune a backbone on the training images; Ctrl-C stops and saves')
    .argument('<project>', 'the project folder');
  addConfigOptions(command)
    .option('--name <name>', 'name of the run')
    .option('--resume <run>', 'continue a paused or interrupted run')
    .option('--continue <run>', 'train more epochs from the best model of a run, as a new run on the same split')
    .option('--epochs <n>', 'epochs of --continue, 10 by default', wholeNumber(1, 10_000))
    .option('--queue', 'continue all paused and queued runs, one at a time; Ctrl-C pauses them')
    .action((folder: string, options: Options) =>
      run(async (session) => {
        if (options.queue === true) {
          refuseSettings(options);
          return finishQueue(session, await session.open(folder));
        }
        refuseEpochs(options);
        const isNew = options.resume === undefined && options.continue === undefined;
        const config = isNew ? await configurationOf(session, options) : null;
        const project = await session.open(folder);
        const started = await begin(session, project, options, config);
        return finishRun(session, project, started.id);
      }),
    );
}

function begin(session: Session, project: string, options: Options, config: RunConfig | null): Promise<RunSummary> {
  if (config !== null) {
    const { name } = options;
    return session.request('runs.start', { project, config, ...(name === undefined ? {} : { name }) });
  }
  refuseSettings(options);
  if (options.continue !== undefined) {
    const { name, epochs = MORE_EPOCHS } = options;
    const run = options.continue;
    return session.request('runs.continue', { project, run, epochs, ...(name === undefined ? {} : { name }) });
  }
  return session.request('runs.resume', { project, run: options.resume ?? '' });
}

function refuseEpochs({ epochs, resume, continue: continued }: Options): void {
  if (continued !== undefined && resume !== undefined) {
    throw new UsageError('Use either --resume or --continue, not both.');
  }
  if (epochs !== undefined && continued === undefined) {
    throw new UsageError('--epochs needs --continue.', 'Set the epochs of a new run with --set epochs=20.');
  }
}

function refuseSettings({ config, set, backbone, preset, device, minutes }: Options): void {
  if ([config, set, backbone, preset, device, minutes].some((option) => option !== undefined)) {
    throw new UsageError(
      'A resumed or continued run keeps its configuration.',
      'Leave out --backbone, --preset, --device, --minutes, --config and --set.',
    );
  }
}

/** Trains all queued and paused runs in their order. */
async function finishQueue(session: Session, project: string): Promise<Outcome> {
  const { services, interrupt } = session;
  const open = services.projects.get(project);
  const { runs: queued } = await session.request('runs.resumeAll', { project });
  const pause = async () => {
    // Pause the last run first, so that none starts in the meantime.
    for (const { id } of queued.toReversed())
      await session.request('runs.pause', { project, run: id }).catch(() => undefined);
  };
  const ended = await waitPausing(
    session,
    async () => {
      const summaries: RunSummary[] = [];
      // From the service, as in `finishRun`.
      for (const { id } of queued) summaries.push(await services.runs.wait(open, id));
      return summaries;
    },
    pause,
  );
  const failed = firstFailure(ended);
  return {
    result: { runs: ended },
    text: ended.length === 0 ? 'No paused or queued runs.' : runTable(ended),
    interrupted: interrupt.aborted,
    ...(failed === null || interrupt.aborted ? {} : { failure: failed }),
  };
}

/**
 * Waits for a run to end and returns its outcome. Ctrl-C stops it after its checkpoint is saved. The wait is a call of
 * the service, because no request waits for a run: the window follows it by events, and leaves while it goes on.
 */
export async function finishRun(session: Session, project: string, run: string): Promise<Outcome> {
  const { services, interrupt } = session;
  const open = services.projects.get(project);
  const stop = () => void session.request('runs.stop', { project, run }).catch(() => undefined);
  if (interrupt.aborted) stop();
  interrupt.addEventListener('abort', stop, { once: true });
  const summary = await services.runs.wait(open, run).finally(() => interrupt.removeEventListener('abort', stop));
  if (isBroken(summary)) {
    const { code, message, hint } = summary.error ?? { code: 'run_failed', message: 'The run failed.', hint: null };
    const diagnosis = await session.request('runs.diagnosis', { project, run }).catch(() => null);
    const next = diagnosis === null || diagnosis.code === 'out-of-memory' ? resumeAdvice(summary, open.folder) : null;
    const advice = [hint, next].filter((one) => one !== null).join(' ');
    const lines = [advice, ...(diagnosis === null ? [] : offerLines(diagnosis, open.folder, run))];
    const text = lines.filter((line) => line !== '').join('\n');
    throw new FoveaError(code, message, text === '' ? {} : { hint: text });
  }
  const detail = await session.request('runs.get', { project, run });
  const { records } = await session.request('runs.log', { project, run, after: 0, limit: 20_000 });
  const imagesPerSecond = meanRate(records);
  const diagnosis = await session.request('runs.diagnosis', { project, run });
  const result = {
    run,
    state: summary.state,
    leak: detail.record.signOff === null ? null : signOffWarning(detail.record.signOff),
    leaks: detail.record.leaks,
    leakStatement: leakStatement(detail.record.leaks),
    device: summary.device,
    epochs: summary.epochsDone,
    history: detail.history.map(({ epoch, trainLoss, validationLoss, metrics }) => ({
      epoch,
      trainLoss,
      validationLoss,
      metrics,
    })),
    best: summary.best,
    seconds: summary.seconds,
    imagesPerSecond,
    diagnosis,
    ...(detail.search === null ? {} : searchResult(detail.search)),
    checkpoint: summary.hasModel ? join(runFolder(open.folder, run), 'checkpoints', 'best') : null,
  };
  const problem =
    diagnosis === null ? [] : ['', diagnosis.title, diagnosis.text, ...offerLines(diagnosis, open.folder, run)];
  return { result, text: [toText(detail, imagesPerSecond), ...problem].join('\n'), interrupted: interrupt.aborted };
}

const resumeAdvice = ({ id, resumable }: RunSummary, folder: string): string | null =>
  resumable ? `Resume with: fovea train ${folder} --resume ${id}` : null;

/** The fixes that the window offers, as commands. */
function offerLines({ offers }: Diagnosis, folder: string, run: string): string[] {
  const config = join(runFolder(folder, run), 'config.json');
  return offers.map(({ title, settings }) => {
    if (settings === null) return `${title}: fovea review ${folder}`;
    const changes = Object.entries(settings).map(([key, value]) => `--set ${key}=${value}`);
    return `${title}: fovea train ${folder} --config ${config} ${changes.join(' ')}`;
  });
}

const isBroken = ({ state, error }: RunSummary): boolean =>
  state === 'failed' || state === 'interrupted' || (state === 'paused' && error !== null);

/** Images per second over the optimizer steps, without evaluation and saving; null if the run logged no step. */
function meanRate(records: readonly LogRecord[]): number | null {
  const rates = records.filter((record) => record.kind === 'step').map((record) => record.imagesPerSecond);
  // All steps have the same number of images, so the mean over time is the harmonic mean of their rates.
  return rates.length === 0 ? null : rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0);
}

/** What a search has tried, as the JSON of the command states it. */
const searchResult = ({ budgetSeconds, tried, ended }: Search) => ({ budgetSeconds, tried, searchEnded: ended });

function triedTable({ tried, ended }: Search): string[] {
  return [
    table(
      ['tried', 'seconds', 'loss', metricNames.accuracy, metricNames.auc, ''],
      tried.map(({ what, seconds, metrics, kept, why }) => [
        what,
        Math.round(seconds),
        metrics === null ? '–' : formatFixed(metrics.loss, 4),
        metrics === null ? '–' : formatFixed(metrics.accuracy),
        metrics === null || metrics.auc === null ? '–' : formatFixed(metrics.auc),
        kept ? 'kept' : why,
      ]),
    ),
    ...(ended === null ? [] : [ended]),
    '',
  ];
}

function toText({ summary, history, record, search }: RunDetail, imagesPerSecond: number | null): string {
  return [
    ...(record.signOff === null ? [] : [`WARNING: ${signOffWarning(record.signOff)}`, '']),
    leakStatement(record.leaks),
    ...(search === null ? [] : triedTable(search)),
    table(
      ['epoch', 'train loss', 'validation loss', metricNames.accuracy, metricNames.macroF1, metricNames.auc, ''],
      history.map(({ epoch, trainLoss, validationLoss, metrics, isBest }) => [
        epoch,
        formatFixed(trainLoss, 4),
        formatFixed(validationLoss, 4),
        formatFixed(metrics.accuracy),
        formatFixed(metrics.macroF1),
        metrics.auc === null ? '–' : formatFixed(metrics.auc),
        isBest ? 'best' : '',
      ]),
    ),
    '',
    `Run ${summary.id} is ${summary.state} after ${summary.epochsDone} of ${summary.epochs} epochs and ${formatDuration(summary.seconds)} on ${summary.device}${
      imagesPerSecond === null ? '' : `, ${formatRate(imagesPerSecond)}`
    }`,
    ...record.notes,
    RESEARCH_USE,
  ].join('\n');
}
