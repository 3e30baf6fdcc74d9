import type { NameChoice } from '#shared/class-names/similar-names';
import { scanConfounders } from '#shared/confounders/scan';
import { sourceNames } from '#shared/confounders/verdict';
import type { FeatureOutlier } from '#shared/duplicates/feature-neighbours';
import type { ConfounderTag } from '#shared/models/confounders';
import type { ImageFilter, ImportOptions, SplitPart, SplitRequestGiven } from '#shared/models/dataset';
import type { ColumnMapping, LabelConflict, PatternPreview, TableAnswers } from '#shared/models/label-table';
import type { ReviewDecision, ReviewFinding } from '#shared/models/review';
import type { BestMetric } from '#shared/models/run-config';
import type { KappaWeights } from '#shared/statistics/agreement';
import { confidentLearning } from '#shared/statistics/confident-learning';
import { evaluateCases } from '#shared/statistics/evaluate';
import { independentDifference } from '#shared/statistics/independent-difference';
import { pairCases, pairedDifference } from '#shared/statistics/paired-difference';
import { confounderState } from '../store/confounders';
import { imageFacets } from '../store/facets';
import { type ImageSort, imageIds } from '../store/images';
import type { ProjectPlace } from './background/background';
import { type PackedList, packList, unpackList } from './background/packed-list';
import { confounderCell, confounderImages, confounderTable } from './confounders/confounder-images';
import { datasetBalance } from './dataset/balance';
import { summarizeDataset } from './dataset/dataset-summary';
import { shownGroups } from './duplicates/duplicate-groups';
import { type FilesToHold, holdWords, IdentitiesUnread } from './imports/held-words';
import { directImport } from './imports/import-directions';
import { type ImportScan, toPlan } from './imports/import-plan';
import type { PackedFiles } from './imports/imports';
import type { HoldTable } from './label-tables/label-table-preview';
import { createLabelTables } from './label-tables/label-tables';
import { NO_PATIENT_CHANGES } from './label-tables/resolve-patients';
import { createLabels } from './labels/labels';
import { createReaders } from './labels/readers';
import type { OpenProject } from './project/projects';
import { datasetReport } from './reports/dataset-report';
import { renderDatasetReport } from './reports/dataset-report-page';
import { type PackedCases, unpackCases } from './results/packed-cases';
import { decide } from './review/review-decision';
import { type FoundBefore, findAll } from './review/review-findings';
import { findPictures } from './review/review-pictures';
import { createSplits } from './splits/splits';

export interface TaskContext {
  /** A project, over a connection of the thread's own. */
  open(project: ProjectPlace): OpenProject;
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
  summary: ({ project }: OfProject, { open }: TaskContext) => summarizeDataset(open(project), createSplits()),
  balance: ({ project }: OfProject, { open }: TaskContext) => datasetBalance(open(project)),
  report: ({ project }: OfProject, { open }: TaskContext) => datasetReport(open(project)),
  reportPage: ({ project, version }: OfProject & { readonly version: string }, { open }: TaskContext) =>
    renderDatasetReport(datasetReport(open(project)), version),
  imageIds: (
    { project, filter, sort }: OfProject & { readonly filter: ImageFilter; readonly sort: ImageSort },
    { open }: TaskContext,
  ) => imageIds(open(project).store, filter, sort),
  facets: ({ project }: OfProject, { open }: TaskContext) => imageFacets(open(project).store),
  origins: ({ project }: OfProject, { open }: TaskContext) => createSplits().origins(open(project)),
  duplicates: ({ project }: OfProject, { open }: TaskContext) => shownGroups(open(project).store),

  scanConfounders: ({ project }: OfProject, { open, onProgress }: TaskContext) =>
    scanConfounders(confounderImages(open(project)), undefined, {
      onProgress: (source, done, total) => onProgress(sourceNames[source], done, total),
    }),
  confounderState: ({ project }: OfProject, { open }: TaskContext) => confounderState(open(project).store),
  confounderTable: ({ project, tag }: OfProject & { readonly tag: ConfounderTag }, { open }: TaskContext) =>
    confounderTable(open(project), tag),
  confounderCell: (
    {
      project,
      tag,
      value,
      label,
    }: OfProject & { readonly tag: ConfounderTag; readonly value: string | null; readonly label: string },
    { open }: TaskContext,
  ) => confounderCell(open(project), tag, value, label),

  split: ({ project, request }: OfProject & { readonly request: SplitRequestGiven }, { open }: TaskContext) =>
    createSplits().split(open(project), request),
  splitAsGiven: ({ project }: OfProject, { open }: TaskContext) => createSplits().splitAsGiven(open(project)),
  moveToSplit: (
    { project, images, part }: OfProject & { readonly images: readonly number[]; readonly part: SplitPart },
    { open }: TaskContext,
  ) => createSplits().move(open(project), images, part),
  signOff: (
    { project, name, reason }: OfProject & { readonly name: string; readonly reason: string },
    { open }: TaskContext,
  ) => createSplits().signOff(open(project), name, reason),
  withdrawSignOff: ({ project }: OfProject, { open }: TaskContext) => createSplits().withdrawSignOff(open(project)),

  findAll: ({ project, before }: OfProject & { readonly before: FoundBefore }, { open }: TaskContext) =>
    findAll(open(project), before),
  findLabelIssues: ({ cases, classes }: { readonly cases: PackedCases; readonly classes: number }) =>
    confidentLearning(
      unpackCases(cases).map(({ truth, probabilities }) => ({ label: truth, probabilities })),
      classes,
    ).issues,
  findPictures: (
    { project, outliers }: OfProject & { readonly outliers: readonly FeatureOutlier[] },
    { open }: TaskContext,
  ) => packList(findPictures(open(project).store, outliers)),

  label: (
    {
      project,
      images,
      label,
      reader,
    }: OfProject & {
      readonly images: readonly number[];
      readonly label: string | null;
      readonly reader: string | undefined;
    },
    { open }: TaskContext,
  ) =>
    reader === undefined
      ? createLabels().label(open(project), images, label)
      : createReaders().read(open(project), images, label, reader),
  remove: ({ project, images }: OfProject & { readonly images: readonly number[] }, { open }: TaskContext) =>
    createLabels().remove(open(project), images),
  undo: ({ project, stamp }: OfProject & { readonly stamp: string | undefined }, { open }: TaskContext) =>
    createLabels().undo(open(project), stamp),
  decide: (
    {
      project,
      findings,
      decision,
    }: OfProject & { readonly findings: PackedList<ReviewFinding>; readonly decision: ReviewDecision },
    { open }: TaskContext,
  ) => decide(open(project), unpackList(findings), decision),

  readersSummary: ({ project, weights }: OfProject & { readonly weights: KappaWeights }, { open }: TaskContext) =>
    createReaders().summary(open(project), weights),
  readersTable: (
    { project, first, second }: OfProject & { readonly first: number; readonly second: number },
    { open }: TaskContext,
  ) => createReaders().table(open(project), first, second),

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
    { open }: TaskContext,
  ) => createReaders().cell(open(project), { first, second }, labels),
  readersDisagreements: ({ project }: OfProject, { open }: TaskContext) => createReaders().disagreements(open(project)),
  adjudicate: (
    { project, images, label }: OfProject & { readonly images: readonly number[]; readonly label: string },
    { open }: TaskContext,
  ) => createReaders().adjudicate(open(project), images, label),
  takeMajority: ({ project }: OfProject, { open }: TaskContext) => createReaders().takeMajority(open(project)),

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
    { open }: TaskContext,
  ) => createLabelTables().preview(open(project), null, file, mapping, answers, classNames),
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
    { open }: TaskContext,
  ) => createLabelTables().apply(open(project), file, mapping, conflicts, answers, classNames),

  planImport: (
    {
      project,
      id,
      scan,
    }: OfProject & {
      readonly id: string;
      readonly scan: Omit<ImportScan, 'sources'> & Pick<PackedFiles, 'sources'>;
    },
    { open }: TaskContext,
  ) => toPlan(id, open(project), { ...scan, sources: unpackList(scan.sources) }),
  previewImportTable: (
    {
      project,
      files,
      file,
      mapping,
      answers,
      groupPattern,
      classNames,
    }: OfImport & {
      readonly file: string;
      readonly mapping: ColumnMapping;
      readonly answers: TableAnswers;
      readonly groupPattern: string | null;
      readonly classNames: NameChoice;
    },
    { open }: TaskContext,
  ) =>
    orUnread(() => {
      const opened = open(project);
      const unpacked = unpackFiles(files);
      const hold: HoldTable = (table) => holdWords(opened.store, unpacked, { table, groupPattern, answers });
      return createLabelTables().preview(opened, hold, file, mapping, answers, classNames);
    }),
  previewPattern: (
    {
      project,
      files,
      groupPattern,
      answers,
    }: OfImport & { readonly groupPattern: string | null; readonly answers: TableAnswers },
    { open }: TaskContext,
  ) =>
    orUnread((): PatternPreview => {
      const words = { table: null, groupPattern, answers };
      const { resolved, questions, files: total } = holdWords(open(project).store, unpackFiles(files), words);
      return {
        changes: resolved?.changes ?? { ...NO_PATIENT_CHANGES, unknown: total },
        questions: [...questions],
        problems: [...(resolved?.problems ?? [])],
      };
    }),
  /** Throws `labels_invalid`. */
  checkTable: async ({
    file,
    mapping,
    answers,
  }: {
    readonly file: string;
    readonly mapping: ColumnMapping;
    readonly answers: TableAnswers;
  }) => {
    await createLabelTables().read(file, mapping, answers);
  },
  directImport: (
    { project, files, table, options }: OfImport & { readonly table: string | null; readonly options: ImportOptions },
    { open }: TaskContext,
  ) =>
    orUnread(async () => {
      const tables = createLabelTables();
      const read = table === null ? null : await tables.read(table, options.columns, options.answers);
      return directImport(open(project).store, unpackFiles(files), read, options);
    }),

  evaluateCases: ({
    cases,
    classes,
    unnamed,
  }: {
    readonly cases: PackedCases;
    readonly classes: readonly string[];
    /** Running numbers that stand for no person. */
    readonly unnamed: ReadonlySet<number>;
  }) => evaluateCases(unpackCases(cases), classes, undefined, (patient) => !unnamed.has(patient)),
  /** `null` where the cases are not of the same images. */
  pairedDifference: ({ first, second, classes, metric }: Comparison & { readonly metric: BestMetric }) => {
    const pairs = pairCases(unpackCases(first), unpackCases(second));
    return pairs === null ? null : { difference: pairedDifference(pairs, classes, metric) };
  },
  independentDifferences: ({ first, second, classes }: Comparison) => {
    const cases = [unpackCases(first), unpackCases(second)] as const;
    return {
      accuracy: independentDifference(...cases, classes, 'accuracy'),
      auc: independentDifference(...cases, classes, 'auc'),
    };
  },
};

interface OfImport extends OfProject {
  readonly files: PackedFiles;
}

const unpackFiles = ({ sources, identities }: PackedFiles): FilesToHold => ({
  sources: unpackList(sources),
  identities: identities === null ? null : unpackList(identities),
});

/** `identities-unread`: what the files say of themselves is needed for it. */
async function orUnread<Result>(work: () => Result | Promise<Result>): Promise<Result | 'identities-unread'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof IdentitiesUnread) return 'identities-unread';
    throw error;
  }
}

/** The answers of two models. */
interface Comparison {
  readonly first: PackedCases;
  readonly second: PackedCases;
  readonly classes: readonly string[];
}
