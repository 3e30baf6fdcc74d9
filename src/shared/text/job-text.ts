import type { JobName } from '../ipc/contract';
import type { EngineWork, JobProgress, WorkPhase } from '../models/job';

/** Names of a job: `title` while it runs, `noun` within a sentence, `unit` of its rate. */
export const jobTexts: Readonly<
  Record<JobName, { readonly title: string; readonly noun: string; readonly unit: string }>
> = {
  'projects.sample': { title: 'Creating sample project', noun: 'Sample project', unit: 'images' },
  'dataset.import': { title: 'Importing', noun: 'Import', unit: 'files' },
  'confounders.scan': { title: 'Scanning for confounders', noun: 'Confounder scan', unit: '' },
  'backbones.import': { title: 'Importing weights', noun: 'Import of weights', unit: 'bytes' },
  'backbones.download': { title: 'Downloading weights', noun: 'Download', unit: 'bytes' },
  'runs.checkBatch': { title: 'Checking the pipeline', noun: 'Pipeline check', unit: 'images' },
  'rates.find': { title: 'Testing learning rates', noun: 'Learning rate test', unit: 'steps' },
  'distillations.start': { title: 'Distilling', noun: 'Distillation', unit: 'steps' },
  'evaluations.evaluate': { title: 'Evaluating', noun: 'Evaluation', unit: 'images' },
  'evaluations.report': { title: 'Creating report', noun: 'Report', unit: 'images' },
  'predictions.predict': { title: 'Predicting', noun: 'Prediction', unit: 'images' },
  'exports.write': { title: 'Exporting', noun: 'Export', unit: 'images' },
  'exports.comparePrecisions': { title: 'Comparing int8 with fp32', noun: 'Precision check', unit: 'images' },
  'exports.deidentify': { title: 'De-identifying', noun: 'De-identified export', unit: 'files' },
};

const phaseTexts: Readonly<Record<WorkPhase, string>> = {
  'reading-identities': 'reading patient identities',
  importing: 'importing files',
  describing: 'describing images',
  'searching-duplicates': 'searching for duplicates',
  'comparing-pictures': 'comparing images',
  'comparing-features': 'comparing features',
  'drawing-images': 'drawing images',
  scanning: 'scanning',
  downloading: 'downloading',
  'reading-images': 'reading images',
  'reading-backbone': 'reading the backbone',
  'computing-features': 'computing features',
  'trying-rates': 'trying learning rates',
  'measuring-speed': 'measuring this machine',
  distilling: 'training the student',
  evaluating: 'evaluating',
  predicting: 'predicting',
  'writing-report': 'writing the report',
  'copying-weights': 'copying weights',
  'writing-onnx': 'writing ONNX',
  'checking-export': 'checking the exported model',
  'comparing-precisions': 'comparing int8 with fp32',
  'de-identifying': 'de-identifying files',
};

const workTexts: Readonly<Record<EngineWork, string>> = {
  training: 'a training run',
  'rate-test': 'a learning rate test',
  distillation: 'a distillation',
  evaluation: 'another evaluation',
  export: 'an export',
  'precision-check': 'a comparison of fp32 and int8',
  bench: 'a speed measurement',
  selftest: 'a self-test',
  prediction: 'a prediction',
  estimate: 'an estimate',
  'checkpoint-inspection': 'a checkpoint check',
  'batch-check': 'a pipeline check',
  'device-check': 'a device check',
};

/** "importing files", "scanning: site", "waiting for a training run and 2 more". */
export function jobProgressText(progress: JobProgress): string {
  switch (progress.kind) {
    case 'starting':
      return 'starting';
    case 'waiting': {
      const [first, ...more] = progress.behind;
      if (first === undefined) return 'waiting';
      return `waiting for ${workTexts[first]}${more.length === 0 ? '' : ` and ${more.length} more`}`;
    }
    case 'working':
      return `${phaseTexts[progress.phase]}${progress.part === null ? '' : `: ${progress.part}`}`;
  }
}
