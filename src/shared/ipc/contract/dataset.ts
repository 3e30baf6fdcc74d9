import { z } from 'zod';
import { nameChoiceSchema } from '../../class-names/similar-names';
import { balanceSchema } from '../../models/balance';
import {
  datasetSummarySchema,
  datasetVersionSchema,
  facetsSchema,
  imageDetailSchema,
  imageFilterSchema,
  imageSummarySchema,
  importOptionsSchema,
  importPlanSchema,
  importResultSchema,
  lastActionSchema,
  splitNameSchema,
  splitRequestSchema,
  splitSummarySchema,
} from '../../models/dataset';
import { datasetReportSchema } from '../../models/dataset-report';
import { duplicateGroupSchema, duplicateVerdictSchema } from '../../models/duplicates';
import { originListSchema } from '../../models/held-out';
import {
  columnMappingSchema,
  labelConflictSchema,
  patternPreviewSchema,
  tableAnswersSchema,
  tableChangesSchema,
  tablePreviewSchema,
  usedColumnsSchema,
} from '../../models/label-table';
import { imageIds, list } from '../../models/list';
import { readerNameSchema } from '../../models/readers';
import { personNameSchema, signOffReasonSchema } from '../../models/sign-off';
import { splitAdditionSchema } from '../../models/split-addition';
import { command, job, query } from './entries';
import { grants, project } from './inputs';

export const datasetRequests = {
  'dataset.summary': query(project, datasetSummarySchema, {
    reads: ['images', 'labels', 'split', 'duplicates', 'reviews', 'evaluations'],
  }),
  /** Oldest first. */
  'dataset.versions': query(project, z.object({ versions: z.array(datasetVersionSchema) }), {
    reads: ['images', 'labels', 'split', 'runs'],
  }),
  'dataset.scan': command(project.extend({ grants }), importPlanSchema, { changes: [] }),
  'dataset.import': job(
    project.extend({ plan: z.string(), options: importOptionsSchema, labels: z.string().nullable() }),
    importResultSchema,
    {
      phases: [
        'reading-identities',
        'importing',
        'describing',
        'searching-duplicates',
        'comparing-pictures',
        'comparing-features',
      ],
      changes: ['projects', 'images', 'labels', 'split', 'duplicates'],
    },
  ),
  /**
   * Contents and effects of a label table; writes nothing. `plan`: that of a scan, or null for the images in the
   * project. The sample rows are for a window only: they are never stored or logged.
   */
  'dataset.readTable': query(
    project.extend({
      plan: z.string().nullable(),
      table: z.string(),
      mapping: columnMappingSchema.default({}),
      classNames: nameChoiceSchema.default('ask'),
      answers: tableAnswersSchema.default({}),
      /** Patient pattern of an import, for images that the table does not cover. */
      groupPattern: z.string().nullable().default(null),
    }),
    tablePreviewSchema,
    { reads: ['images', 'labels', 'split'] },
  ),
  /** Effects of a patient pattern on the files of an import; writes nothing. */
  'dataset.readPattern': query(
    project.extend({ plan: z.string(), groupPattern: z.string(), answers: tableAnswersSchema.default({}) }),
    patternPreviewSchema,
    { reads: ['images'] },
  ),
  /** Applies a label table to the images of the project, as one undoable action. `changed` counts images. */
  'dataset.applyTable': command(
    project.extend({
      table: z.string(),
      mapping: columnMappingSchema.default({}),
      conflicts: labelConflictSchema.default('mine'),
      answers: tableAnswersSchema.default({}),
      classNames: nameChoiceSchema.default('ask'),
    }),
    z.object({
      changed: z.number().int(),
      changes: tableChangesSchema,
      columns: usedColumnsSchema,
      problems: z.array(z.string()),
    }),
    { changes: ['images', 'labels', 'split'] },
  ),
  /** All ids that match the filter, in display order: small enough to hold for 100,000 images. */
  'dataset.ids': query(
    project.extend({
      filter: imageFilterSchema,
      sort: z.enum(['path', 'label', 'split', 'patient', 'added']).default('path'),
    }),
    z.object({ ids: z.array(z.number().int()) }),
    { reads: ['images', 'labels', 'split', 'duplicates'] },
  ),
  /** Flags, sexes and sites with their numbers of images. */
  'dataset.facets': query(project, facetsSchema, { reads: ['images', 'labels'] }),
  'dataset.images': query(
    project.extend({ ids: list(z.number().int(), { max: 500 }) }),
    z.object({ images: z.array(imageSummarySchema) }),
    { reads: ['images', 'labels', 'split', 'duplicates'] },
  ),
  'dataset.image': query(project.extend({ image: z.number().int() }), imageDetailSchema, {
    reads: ['images', 'labels', 'split', 'duplicates'],
  }),
  /** Identifying values of one image's tags, on a person's request; recorded in the audit log. */
  'dataset.identifyingTags': command(
    project.extend({ image: z.number().int() }),
    z.object({ tags: z.array(z.object({ tag: z.string(), value: z.string() })) }),
    { changes: [] },
  ),
  'dataset.label': command(
    project.extend({
      images: imageIds(1),
      label: z.string().trim().min(1).max(120).nullable(),
      /** Stores the label as this reader's reading; it becomes the image's label if all readings agree. */
      reader: readerNameSchema.optional(),
    }),
    z.object({ changed: z.number().int() }),
    { changes: ['labels'] },
  ),
  /** The action that `dataset.undo` would undo, from whichever window or command came last. */
  'dataset.lastAction': query(project, z.object({ action: lastActionSchema.nullable() }), {
    reads: ['images', 'labels', 'split', 'duplicates', 'reviews'],
  }),
  /** With a stamp, undoes only that action. */
  'dataset.undo': command(
    project.extend({ stamp: z.string().max(100).optional() }),
    z.object({ changed: z.number().int(), description: z.string().nullable() }),
    { changes: ['images', 'labels', 'split', 'duplicates', 'reviews'] },
  ),
  'dataset.remove': command(project.extend({ images: imageIds(1) }), z.object({ changed: z.number().int() }), {
    changes: ['images'],
  }),
  /** Compares new images by thumbnails, then returns all groups; quick if nothing is new. */
  'dataset.duplicates': query(project, z.object({ groups: z.array(duplicateGroupSchema) }), {
    reads: ['images', 'labels', 'split', 'duplicates'],
  }),
  /** Compares by thumbnails and by the features that a run has cached, and waits for the result: up to minutes. */
  'dataset.searchDuplicates': command(project, z.object({}), { changes: ['duplicates'] }),
  /** A person's verdict on the groups that contain these images. */
  'dataset.judgeDuplicates': command(
    project.extend({ images: imageIds(1), verdict: duplicateVerdictSchema }),
    z.object({ changed: z.number().int() }),
    { changes: ['duplicates'] },
  ),
  'dataset.split': command(project.extend({ request: splitRequestSchema }), splitSummarySchema, { changes: ['split'] }),
  /** What `dataset.addToSplit` would do; null without a split. */
  'dataset.splitAddition': query(project, z.object({ addition: splitAdditionSchema.nullable() }), {
    reads: ['images', 'labels', 'split', 'duplicates'],
  }),
  /** Adds labelled images outside the split to train and validation by their groups; the test part stays as it is. */
  'dataset.addToSplit': command(project, splitAdditionSchema, { changes: ['split'] }),
  'dataset.moveToSplit': command(project.extend({ images: imageIds(1), split: splitNameSchema }), splitSummarySchema, {
    changes: ['split'],
  }),
  /** Sites, scanners and stations with their labelled images, by which a test split can be held out. */
  'dataset.origins': query(project, z.object({ origins: z.array(originListSchema) }), { reads: ['images', 'labels'] }),
  /** Distribution of sex, age, scanner, site and modality over splits and classes. */
  'dataset.balance': query(project, z.object({ balance: balanceSchema }), { reads: ['images', 'labels', 'split'] }),
  /** The dataset report in numbers. */
  'dataset.report': query(project, datasetReportSchema, { reads: ['images', 'labels', 'split', 'duplicates'] }),
  /** The same report as one HTML page. */
  'dataset.reportPage': query(project, z.object({ html: z.string() }), {
    reads: ['images', 'labels', 'split', 'duplicates'],
  }),
  /** A person's decision to allow training although groups are in more than one split. */
  'dataset.signOff': command(
    project.extend({ name: personNameSchema, reason: signOffReasonSchema }),
    splitSummarySchema,
    { changes: ['split'] },
  ),
  'dataset.withdrawSignOff': command(project, splitSummarySchema, { changes: ['split'] }),
} as const;
