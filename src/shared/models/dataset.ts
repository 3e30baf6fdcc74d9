import { z } from 'zod';
import { nameChoiceSchema, similarNamesSchema } from '../class-names/similar-names';
import { duplicateCountsSchema } from './duplicates';
import { heldOutSchema } from './held-out';
import { columnMappingSchema, tableAnswersSchema, usedColumnsSchema } from './label-table';
import { imageIds } from './list';
import { patientCountFields } from './patient-count';
import { readerCountsSchema } from './readers';
import { reviewCountsSchema } from './review';
import { splitSignOffSchema } from './sign-off';

export const splitNames = ['train', 'validation', 'test'] as const;
export const splitNameSchema = z.enum(splitNames);
export type SplitName = (typeof splitNames)[number];

export const imageKinds = ['dicom', 'png', 'jpeg'] as const;
export type ImageKind = (typeof imageKinds)[number];

/** One image (one frame of one file) as the window lists it. Nothing here identifies a patient: `patient` is a running number. */
export const imageSummarySchema = z.object({
  id: z.number().int(),
  /** Path relative to the folder that was imported. */
  path: z.string(),
  kind: z.enum(imageKinds),
  width: z.number().int(),
  height: z.number().int(),
  /** Frames of the file. */
  frames: z.number().int(),
  /** Which of them this image is, from 0; absent means the first. */
  frame: z.number().int().optional(),
  modality: z.string().nullable(),
  label: z.string().nullable(),
  split: z.enum(splitNames).nullable(),
  patient: z.number().int().nullable(),
  flags: z.array(z.string()),
});
export type ImageSummary = z.infer<typeof imageSummarySchema>;

export const imageDetailSchema = imageSummarySchema.extend({
  bitsStored: z.number().int().nullable(),
  photometricInterpretation: z.string().nullable(),
  transferSyntax: z.string().nullable(),
  study: z.number().int().nullable(),
  hash: z.string(),
  fileBytes: z.number().int(),
  /** The first VOI window of the file, where there is one; values after the modality LUT. */
  window: z.object({ center: z.number(), width: z.number() }).nullable(),
  /** Range of values after the modality LUT, for the window/level control. */
  range: z.object({ min: z.number(), max: z.number() }),
  colour: z.boolean(),
  tags: z.array(
    z.object({ tag: z.string(), keyword: z.string(), vr: z.string(), value: z.string(), identifying: z.boolean() }),
  ),
  labelHistory: z.array(z.object({ label: z.string().nullable(), source: z.string(), at: z.string() })),
  /** What readers say of it now. */
  readings: z.array(z.object({ reader: z.string(), label: z.string() })),
});
export type ImageDetail = z.infer<typeof imageDetailSchema>;

export const imageFilterSchema = z.object({
  label: z.string().nullable().optional(),
  split: z.enum(splitNames).nullable().optional(),
  patient: z.number().int().optional(),
  modality: z.string().optional(),
  text: z.string().optional(),
  unlabelled: z.boolean().optional(),
  /** One that the image has: `multi-frame`, `burned-in`, … */
  flag: z.string().optional(),
  /** In words, as `dataset.facets` answers. */
  sex: z.string().optional(),
  site: z.string().optional(),
  ids: imageIds().optional(),
});
export type ImageFilter = z.infer<typeof imageFilterSchema>;

const facetSchema = z.array(z.object({ value: z.string(), images: z.number().int() }));
/** What images can be filtered by, with how many images each value has. */
export const facetsSchema = z.object({ flags: facetSchema, sexes: facetSchema, sites: facetSchema });
export type Facets = z.infer<typeof facetsSchema>;

/** Why a file was left out, by code; `message` is for people. */
export const skippedFileSchema = z.object({ path: z.string(), code: z.string(), message: z.string() });
export type SkippedFile = z.infer<typeof skippedFileSchema>;

/** What an import would do, shown before anything is written. */
export const importPlanSchema = z.object({
  id: z.string(),
  files: z.number().int(),
  kinds: z.record(z.string(), z.number().int()),
  bytes: z.number(),
  /** `class-folders`: label = folder name; `split-class-folders`: split/label; `none`: no labels found. */
  layout: z.enum(['class-folders', 'split-class-folders', 'none']),
  classes: z.array(z.object({ label: z.string(), files: z.number().int() })),
  splits: z.array(z.object({ split: z.enum(splitNames), files: z.number().int() })),
  ignored: z.array(skippedFileSchema),
  alreadyKnown: z.number().int(),
  warnings: z.array(z.string()),
  /** What else is good to know, and nobody's fault. */
  information: z.array(z.string()).optional(),
  /** Some relative paths, spread over the files: what a patient pattern is tried on before the import. */
  examples: z.array(z.string()).max(20).optional(),
  /** Folder names that may mean one class, also with the classes of the project: a question before the import. */
  similarNames: z.array(similarNamesSchema).optional(),
});
export type ImportPlan = z.infer<typeof importPlanSchema>;

/** Which frames of a multi-frame file become images: `every` takes frame 1, 1 + step, 1 + 2 step, ... */
export const frameChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('first') }),
  z.object({ kind: z.literal('middle') }),
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('every'), step: z.number().int().min(1).max(10_000) }),
]);
export type FrameChoice = z.infer<typeof frameChoiceSchema>;

export const importOptionsSchema = z.object({
  /** Take labels (and splits) from folders when the layout has them. */
  labelsFromFolders: z.boolean().default(true),
  splitsFromFolders: z.boolean().default(true),
  /** A regular expression on the relative path; group 1 (or the group named `patient`) is the patient. */
  groupPattern: z.string().nullable().default(null),
  copy: z.boolean().default(false),
  frames: frameChoiceSchema.default({ kind: 'first' }),
  /** Of the label table, where one comes with the images. */
  columns: columnMappingSchema.default({}),
  /** To what the table or the pattern asks; an import with an open question does not start. */
  answers: tableAnswersSchema.default({}),
  /** What becomes of class names that look like one class. */
  classNames: nameChoiceSchema.default('ask'),
});
export type ImportOptions = z.infer<typeof importOptionsSchema>;

export const importResultSchema = z.object({
  added: z.number().int(),
  duplicates: z.number().int(),
  /** Images that were in already and whose file was found at another place, because it is gone from the old one. */
  moved: z.number().int(),
  skipped: z.array(skippedFileSchema),
  /** Labelled images that this import added, by class. */
  classes: z.record(z.string(), z.number().int()),
  /** Of the images that this import added. */
  ...patientCountFields,
  warnings: z.array(z.string()),
  /** Which columns of the label table were read; left out where there was none. */
  columns: usedColumnsSchema.optional(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
});
export type ImportResult = z.infer<typeof importResultSchema>;

export const splitRequestSchema = z.object({
  validation: z.number().min(0).max(0.9).default(0.2),
  test: z.number().min(0).max(0.9).default(0.2),
  seed: z.number().int().min(0).default(42),
  group: z.enum(['patient', 'none']).default('patient'),
  /** Images that look alike stay in one part, whatever else is grouped. */
  keepDuplicatesTogether: z.boolean().default(true),
  /** Whole sites or scanners as the test part, in place of a share; `validation` is then a share of what is left. */
  heldOut: heldOutSchema.nullable().default(null),
});
export type SplitRequest = z.infer<typeof splitRequestSchema>;
/** As it is asked for: what is left out has its default. */
export type SplitRequestGiven = z.input<typeof splitRequestSchema>;

export const splitSummarySchema = z.object({
  id: z.number().int(),
  seed: z.number().int(),
  group: z.enum(['patient', 'none', 'folders']),
  createdAt: z.string(),
  counts: z.record(z.enum(splitNames), z.record(z.string(), z.number().int())),
  /** Those that are named, by part; null where nobody is. */
  patients: z.record(z.enum(splitNames), z.number().int().nullable()),
  /** Images of which nobody is named, by part. */
  withoutPatient: z.record(z.enum(splitNames), z.number().int()),
  /** Whether images that look alike were kept in one part. */
  keepDuplicatesTogether: z.boolean(),
  /**
   * Groups that stand in more than one part: must be 0 before training. Patients and groups of duplicates that share
   * images are one group here.
   */
  groupsAcrossSplits: z.number().int(),
  patientsAcrossSplits: z.number().int(),
  duplicatesAcrossSplits: z.number().int(),
  /**
   * Largest difference, in images, over classes and parts between a class's images in a part and the part's share of
   * the class. Of train and validation only where the test part is held out by site or scanner.
   */
  deviation: z.number(),
  heldOut: heldOutSchema.nullable(),
  /** Given though groups stand in more than one part; null where nobody gave one, or none is needed. */
  signOff: splitSignOffSchema.nullable(),
  warnings: z.array(z.string()),
});
export type SplitSummary = z.infer<typeof splitSummarySchema>;

/** A state of the dataset that has a number: the images that were in it, whatever their labels. */
export const datasetVersionSchema = z.object({
  /** From 1. */
  number: z.number().int(),
  at: z.string(),
  /** The import that made it; null where a run began on a dataset that had been changed by hand. */
  import: z.number().int().nullable(),
  images: z.number().int(),
  /** Against the version before. */
  added: z.number().int(),
  removed: z.number().int(),
  /** Images by class when the version was recorded. */
  classes: z.record(z.string(), z.number().int()),
  /** SHA-256 over content and frame of every image: equal hashes mean equal sets of images. */
  hash: z.string(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

export const datasetSummarySchema = z.object({
  images: z.number().int(),
  unlabelled: z.number().int(),
  ...patientCountFields,
  studies: z.number().int(),
  classes: z.array(z.object({ label: z.string(), images: z.number().int(), ...patientCountFields })),
  kinds: z.record(z.string(), z.number().int()),
  modalities: z.record(z.string(), z.number().int()),
  /** PNG of 16 bits: values that a run's intensity applies to. */
  widePngs: z.number().int(),
  split: splitSummarySchema.nullable(),
  duplicates: duplicateCountsSchema,
  readers: readerCountsSchema,
  review: reviewCountsSchema,
  lastImport: importResultSchema.nullable(),
  /** The newest one; `changed`: images were removed or brought back since. Null where none is recorded yet. */
  version: datasetVersionSchema.extend({ changed: z.boolean() }).nullable(),
  warnings: z.array(z.string()),
  canUndo: z.boolean(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** The last change to labels, images, split or review that can be undone, of all windows and commands. */
export const lastActionSchema = z.object({
  /** Names this action and no other. */
  stamp: z.string(),
  /** As a noun phrase. */
  description: z.string(),
});
export type LastAction = z.infer<typeof lastActionSchema>;
