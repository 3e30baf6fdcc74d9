import type { BackboneSummary } from '../models/backbone';
import type { DatasetSummary } from '../models/dataset';
import type { Destination } from '../models/destination';
import type { RunSummary } from '../models/run';
import { formatCount, formatQuantity } from '../text/number';

export const checklistSteps = ['images', 'labels', 'split', 'weights', 'run', 'evaluation', 'prediction'] as const;
export type ChecklistStepId = (typeof checklistSteps)[number];

export interface ChecklistStep {
  readonly id: ChecklistStepId;
  readonly title: string;
  /** What is there, or what is missing, in a phrase. */
  readonly detail: string;
  readonly done: boolean;
  /** Work may go on without it: it is offered, but never the next step. */
  readonly optional: boolean;
  /** What its button says, and the place in the window that it opens. */
  readonly action: { readonly label: string; readonly destination: Destination };
}

export interface ChecklistInput {
  readonly dataset: Pick<DatasetSummary, 'images' | 'unlabelled' | 'classes' | 'review' | 'split'>;
  readonly backbones: readonly Pick<BackboneSummary, 'installed' | 'pretrained'>[];
  readonly runs: readonly Pick<RunSummary, 'state' | 'hasModel'>[];
  /** How often a test set of the project was opened. */
  readonly testOpenings: number;
  /** Whether files were predicted since Fovea was started. */
  readonly hasPredicted: boolean;
}

/** The way from images to predictions, and how far a project has come. */
export function projectChecklist(input: ChecklistInput): readonly ChecklistStep[] {
  return [imagesStep(input), labelsStep(input), splitStep(input), weightsStep(input), ...modelSteps(input)];
}

/** The first step that is neither done nor optional; null if all are. */
export const nextStep = (steps: readonly ChecklistStep[]): ChecklistStep | null =>
  steps.find(({ done, optional }) => !done && !optional) ?? null;

function imagesStep({ dataset: { images } }: ChecklistInput): ChecklistStep {
  return {
    id: 'images',
    title: 'Images',
    detail: images === 0 ? 'None yet' : formatQuantity(images, 'image'),
    done: images > 0,
    optional: false,
    action: { label: 'Add images', destination: 'add-images' },
  };
}

function labelsStep({ dataset }: ChecklistInput): ChecklistStep {
  const { classes, unlabelled, images } = dataset;
  const step = { id: 'labels', title: 'Labels' } as const;
  const toReview = Object.values(dataset.review).reduce((sum, { open }) => sum + open, 0);
  if (classes.length < 2) {
    return {
      ...step,
      detail: classes.length === 0 ? 'No labels yet' : 'Only one class',
      done: false,
      optional: false,
      action: { label: 'Label images', destination: images === 0 || unlabelled === 0 ? 'images' : 'unlabelled' },
    };
  }
  if (toReview > 0) {
    return {
      ...step,
      detail: `${formatCount(toReview)} to review`,
      done: false,
      optional: true,
      action: { label: 'Review', destination: 'review' },
    };
  }
  return {
    ...step,
    detail: `${classes.length} classes${unlabelled === 0 ? '' : `, ${formatCount(unlabelled)} unlabelled`}`,
    done: true,
    optional: false,
    action: { label: 'See images', destination: 'images' },
  };
}

function splitStep({ dataset: { split } }: ChecklistInput): ChecklistStep {
  const step = { id: 'split', title: 'Split' } as const;
  const edit = { label: 'Edit split', destination: 'split' } as const;
  if (split === null) {
    // A start makes the default split.
    return {
      ...step,
      detail: 'Made by Start',
      done: false,
      optional: true,
      action: { label: 'Create split', destination: 'split' },
    };
  }
  const isSigned = split.signOff !== null && split.signOff.void === null;
  if (split.groupsAcrossSplits > 0 && !isSigned) {
    return { ...step, detail: 'Leaks', done: false, optional: false, action: edit };
  }
  if (split.outside > 0) {
    return {
      ...step,
      detail: `${formatCount(split.outside)} new outside`,
      done: false,
      optional: true,
      action: { label: 'Add new images', destination: 'split' },
    };
  }
  const size = (part: Readonly<Record<string, number>>) => Object.values(part).reduce((sum, count) => sum + count, 0);
  const { train, validation, test } = split.counts;
  const detail = [train, validation, test].map((part) => formatCount(size(part))).join(' / ');
  return { ...step, detail, done: true, optional: false, action: edit };
}

function weightsStep({ backbones }: ChecklistInput): ChecklistStep {
  const here = backbones.filter(({ installed, pretrained }) => installed && pretrained).length;
  return {
    id: 'weights',
    title: 'Weights',
    detail: here === 0 ? 'No pretrained weights yet' : `${formatCount(here)} pretrained`,
    done: here > 0,
    optional: false,
    action: { label: 'Get weights', destination: 'weights' },
  };
}

function modelSteps({ runs, testOpenings, hasPredicted }: ChecklistInput): readonly ChecklistStep[] {
  const models = runs.filter(({ state, hasModel }) => hasModel && state !== 'running' && state !== 'queued').length;
  const active = runs.some(({ state }) => state === 'running' || state === 'queued');
  const run: ChecklistStep = {
    id: 'run',
    title: 'Run',
    detail: models > 0 ? formatQuantity(models, 'model') : active ? 'Training' : 'None yet',
    done: models > 0,
    optional: false,
    action: active && models === 0 ? { label: 'See the run', destination: 'run' } : trainAction,
  };
  const evaluation: ChecklistStep = {
    id: 'evaluation',
    title: 'Evaluation',
    detail: testOpenings > 0 ? `Tested ${testOpenings === 1 ? 'once' : `${testOpenings} times`}` : 'Not tested',
    done: testOpenings > 0,
    optional: models === 0,
    action: { label: 'Evaluate', destination: 'evaluate' },
  };
  const prediction: ChecklistStep = {
    id: 'prediction',
    title: 'Prediction',
    detail: hasPredicted ? 'Files predicted' : 'Drop new files',
    done: hasPredicted,
    optional: models === 0,
    action: { label: 'Predict', destination: 'predict' },
  };
  return [run, evaluation, prediction];
}

const trainAction = { label: 'Train', destination: 'new-run' } as const;
