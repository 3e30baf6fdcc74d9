import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FoveaError } from '#shared/ipc/errors';
import type { Evaluation } from '#shared/models/run';
import { formatDuration } from '#shared/text/time';
import type { PredictedFile } from '../../services/predictions/predicted-file';
import type { OpenProject } from '../../services/project/projects';
import type { RunCommand } from '../command';
import type { Session } from '../session';
import { describeEvaluation } from './evaluate';
import { predictedFiles, predictionResult } from './predict';
import { finishRun } from './train';

export function addDemo(program: Command, run: RunCommand): void {
  program
    .command('demo')
    .description('run the whole workflow on generated images: project, training, evaluation, prediction, report')
    .option('--out <folder>', 'a new or empty folder for the project; temporary by default')
    .action((options: { out?: string }) =>
      run(async (session) => {
        const started = performance.now();
        const folder = options.out === undefined ? await temporaryFolder() : resolve(options.out);
        const project = await makeProject(session, folder);
        // From the service, because no request offers the training of the demo.
        const { training } = await session.services.samples.recipe();
        const { id } = await session.request('runs.start', { project: project.id, config: training, name: 'Demo' });
        const trained = await finishRun(session, project.id, id);
        if (trained.interrupted === true) return trained;
        const evaluation = await evaluate(session, project, id);
        const prediction = await predict(session, project, id);
        const { value: report } = await session.run('evaluations.report', {
          project: project.id,
          run: id,
          split: 'test',
        });
        const seconds = (performance.now() - started) / 1000;
        return {
          result: {
            project: project.folder,
            run: id,
            metrics: evaluation,
            prediction: predictionResult(prediction),
            report: report.file,
            seconds,
            training: trained.result,
          },
          text: [
            trained.text,
            '',
            describeEvaluation(evaluation),
            '',
            `${prediction.name}: predicted ${prediction.label}`,
            `Attention: ${prediction.overlays?.lastLayer ?? '–'}`,
            `Report:    ${report.file}`,
            `Project:   ${project.folder}`,
            `Done in ${formatDuration(seconds)}. Open the project with: fovea app`,
          ].join('\n'),
        };
      }),
    );
}

const temporaryFolder = async () => join(await mkdtemp(join(tmpdir(), 'fovea-demo-')), 'project');

async function makeProject(session: Session, folder: string): Promise<OpenProject> {
  const { value } = await session.run('projects.sample', { folder: session.grant(folder) });
  return session.services.projects.get(value.id);
}

async function evaluate(session: Session, project: OpenProject, run: string): Promise<Evaluation> {
  return (await session.run('evaluations.evaluate', { project: project.id, run, split: 'test' })).value;
}

/** Predicts one DICOM file of the test set, as if it were dropped on the window. */
async function predict(session: Session, project: OpenProject, run: string): Promise<PredictedFile> {
  const { services } = session;
  const { ids } = await session.request('dataset.ids', { project: project.id, filter: { split: 'test' } });
  const [image] = ids;
  if (image === undefined) throw new FoveaError('empty_split', 'The sample has no test image.');
  const { job } = await session.run('predictions.predict', {
    project: project.id,
    run,
    // From the service, because no request returns the path of an image.
    grants: [session.grant(services.dataset.sourceFile(project, image).path)],
    overlays: session.grant(join(project.folder, 'exports', 'demo-attention')),
  });
  const [prediction] = predictedFiles(session, job);
  if (prediction === undefined) throw new Error('one file has one prediction');
  return prediction;
}
