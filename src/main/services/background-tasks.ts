import type { NameChoice } from '#shared/class-names/similar-names';
import type { ConfounderImages } from '#shared/confounders/images';
import { scanConfounders } from '#shared/confounders/scan';
import { sourceNames } from '#shared/confounders/verdict';
import type { FeatureOutlier } from '#shared/duplicates/feature-neighbours';
import type { SplitRequestGiven } from '#shared/models/dataset';
import type { ColumnMapping, LabelConflict, TableAnswers } from '#shared/models/label-table';
import type { BestMetric } from '#shared/models/run-config';
import type { KappaWeights } from '#shared/statistics/agreement';
import { type EvaluatedCase, evaluateCases } from '#shared/statistics/evaluate';
import { independentDifference } from '#shared/statistics/independent-difference';
import { type ImageCase, pairCases, pairedDifference } from '#shared/statistics/paired-difference';
import type { ProjectPlace } from './core/background';
import type { Events } from './core/events';
import { createLabelTables } from './label-tables/label-tables';
import { createReaders } from './labels/readers';
import { readersDisagree } from './labels/reading-groups';
import { findWhoIsWho } from './patients/who-is-who';
import type { OpenProject } from './project/projects';
import { findLabelConflicts } from './review/review-label-conflicts';
import { findPictures } from './review/review-pictures';
import { createSplits } from './splits/splits';

export interface TaskContext {
  /** A project, over a connection of the thread's own. */
  open(project: ProjectPlace): OpenProject;
  /** What is emitted here is heard in the main thread. */
  readonly events: Events;
  readonly onProgress: (phase: string, done: number, total: number) => void;
}

interface OfProject {
  readonly project: ProjectPlace;
}

/**
 * Work that would hold up the main thread, each with one input and one result that can be cloned. They are the services'
 * own functions and those of `src/shared`; where they run is all that is said here. See `background.ts`.
 */
export const backgroundTasks = {
  scanConfounders: (images: ConfounderImages, { onProgress }: TaskContext) =>
    scanConfounders(images, undefined, {
      onProgress: (source, done, total) => onProgress(sourceNames[source], done, total),
    }),

  split: ({ project, request }: OfProject & { readonly request: SplitRequestGiven }, { open, events }: TaskContext) =>
    createSplits({ events }).split(open(project), request),
  splitAsGiven: ({ project }: OfProject, { open, events }: TaskContext) =>
    createSplits({ events }).splitAsGiven(open(project)),

  findDisagreements: ({ project }: OfProject, { open }: TaskContext) => {
    const opened = open(project);
    return { conflicts: findLabelConflicts(opened.store), readers: readersDisagree(opened) };
  },
  findWhoIsWho: ({ project }: OfProject, { open }: TaskContext) => findWhoIsWho(open(project).store),
  findPictures: (
    { project, outliers }: OfProject & { readonly outliers: readonly FeatureOutlier[] },
    { open }: TaskContext,
  ) => findPictures(open(project).store, outliers),

  readersSummary: (
    { project, weights }: OfProject & { readonly weights: KappaWeights },
    { open, events }: TaskContext,
  ) => createReaders({ events }).summary(open(project), weights),
  readersTable: (
    { project, first, second }: OfProject & { readonly first: number; readonly second: number },
    { open, events }: TaskContext,
  ) => createReaders({ events }).table(open(project), first, second),

  readersCell: (
    {
      project,
      first,
      second,
      labels,
    }: OfProject & {
      readonly first: number;
      readonly second: number;
      readonly labels: readonly [string, string];
    },
    { open, events }: TaskContext,
  ) => createReaders({ events }).cell(open(project), { first, second }, labels),
  readersDisagreements: ({ project }: OfProject, { open, events }: TaskContext) =>
    createReaders({ events }).disagreements(open(project)),
  adjudicate: (
    { project, images, label }: OfProject & { readonly images: readonly number[]; readonly label: string },
    { open, events }: TaskContext,
  ) => createReaders({ events }).adjudicate(open(project), images, label),
  takeMajority: ({ project }: OfProject, { open, events }: TaskContext) =>
    createReaders({ events }).takeMajority(open(project)),

  previewTable: (
    {
      project,
      file,
      mapping,
      answers,
      classNames,
    }: OfProject & {
      readonly file: string;
      readonly mapping: ColumnMapping;
      readonly answers: TableAnswers | undefined;
      readonly classNames?: NameChoice | undefined;
    },
    { open, events }: TaskContext,
  ) => createLabelTables({ events }).preview(open(project), null, file, mapping, answers, classNames),
  applyTable: (
    {
      project,
      file,
      mapping,
      conflicts,
      answers,
      classNames,
    }: OfProject & {
      readonly file: string;
      readonly mapping: ColumnMapping;
      readonly conflicts: LabelConflict;
      readonly answers: TableAnswers | undefined;
      readonly classNames?: NameChoice | undefined;
    },
    { open, events }: TaskContext,
  ) => createLabelTables({ events }).apply(open(project), file, mapping, conflicts, answers, classNames),

  evaluateCases: ({
    cases,
    classes,
    unnamed,
  }: {
    readonly cases: readonly EvaluatedCase[];
    readonly classes: readonly string[];
    /** Running numbers that stand for no person. */
    readonly unnamed: ReadonlySet<number>;
  }) => evaluateCases(cases, classes, undefined, (patient) => !unnamed.has(patient)),
  /** `null` where the cases are not of the same images. */
  pairedDifference: ({ first, second, classes, metric }: Comparison & { readonly metric: BestMetric }) => {
    const pairs = pairCases(first, second);
    return pairs === null ? null : { difference: pairedDifference(pairs, classes, metric) };
  },
  independentDifferences: ({ first, second, classes }: Comparison) => ({
    accuracy: independentDifference(first, second, classes, 'accuracy'),
    auc: independentDifference(first, second, classes, 'auc'),
  }),
};

/** The answers of two models. */
interface Comparison {
  readonly first: readonly ImageCase[];
  readonly second: readonly ImageCase[];
  readonly classes: readonly string[];
}
