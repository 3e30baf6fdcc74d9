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

/** One image (one frame of one file) as listed in the window. Identifies no patient: `patient` is a running number. */
export const imageSummarySchema = z.object({
  id: z.number().int(),
  /** Path relative to the imported folder. */
  path: z.string(),
  kind: z.enum(imageKinds),
  width: z.number().int(),
  height: z.number().int(),
  /** Number of frames in the file. */
  frames: z.number().int(),
  /** The frame of this image, from 0; absent means the first. */
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
  /** The first VOI window of the file, if any; in values after the modality LUT. */
  window: z.object({ center: z.number(), width: z.number() }).nullable(),
  /** Range of values after the modality LUT, for the window/level control. */
  range: z.object({ min: z.number(), max: z.number() }),
  colour: z.boolean(),
  tags: z.array(
    z.object({ tag: z.string(), keyword: z.string(), vr: z.string(), value: z.string(), identifying: z.boolean() }),
  ),
  labelHistory: z.array(z.object({ label: z.string().nullable(), source: z.string(), at: z.string() })),
  /** Current readings. */
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
  /** A single flag: `multi-frame`, `burned-in`, … */
  flag: z.string().optional(),
  /** As worded by `dataset.facets`. */
  sex: z.string().optional(),
  site: z.string().optional(),
  ids: imageIds().optional(),
});
export type ImageFilter = z.infer<typeof imageFilterSchema>;

const facetSchema = z.array(z.object({ value: z.string(), images: z.number().int() }));
/** Values that images can be filtered by, with their numbers of images. */
export const facetsSchema = z.object({ flags: facetSchema, sexes: facetSchema, sites: facetSchema });
export type Facets = z.infer<typeof facetsSchema>;

/** A file that was left out: `code` is the reason, `message` is for people. */
export const skippedFileSchema = z.object({ path: z.string(), code: z.string(), message: z.string() });
export type SkippedFile = z.infer<typeof skippedFileSchema>;

/** Preview of an import, before anything is written. */
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
  /** Further remarks that are not warnings. */
  information: z.array(z.string()).optional(),
  /** A sample of relative paths, spread over the files, for trying a patient pattern before the import. */
  examples: z.array(z.string()).max(20).optional(),
  /** Folder names that may mean one class, including the project's classes: to decide before the import. */
  similarNames: z.array(similarNamesSchema).optional(),
});
export type ImportPlan = z.infer<typeof importPlanSchema>;

/** The frames of a multi-frame file that become images: `every` takes frame 1, 1 + step, 1 + 2 step, ... */
export const frameChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('first') }),
  z.object({ kind: z.literal('middle') }),
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('every'), step: z.number().int().min(1).max(10_000) }),
]);
export type FrameChoice = z.infer<typeof frameChoiceSchema>;

export const importOptionsSchema = z.object({
  /** Take labels (and splits) from folders if the layout has them. */
  labelsFromFolders: z.boolean().default(true),
  splitsFromFolders: z.boolean().default(true),
  /** A regular expression on the relative path; group 1 (or the group named `patient`) is the patient. */
  groupPattern: z.string().nullable().default(null),
  copy: z.boolean().default(false),
  frames: frameChoiceSchema.default({ kind: 'first' }),
  /** Columns of the label table, if one is imported with the images. */
  columns: columnMappingSchema.default({}),
  /** Answers to questions about the table or the pattern; an import with an open question does not start. */
  answers: tableAnswersSchema.default({}),
  /** How to treat class names that look like one class. */
  classNames: nameChoiceSchema.default('ask'),
});
export type ImportOptions = z.infer<typeof importOptionsSchema>;

export const importResultSchema = z.object({
  added: z.number().int(),
  duplicates: z.number().int(),
  /** Images already in the project whose file was found at a new place after it disappeared from the old one. */
  moved: z.number().int(),
  skipped: z.array(skippedFileSchema),
  /** Labelled images that this import added, by class. */
  classes: z.record(z.string(), z.number().int()),
  /** Patients of the images that this import added. */
  ...patientCountFields,
  warnings: z.array(z.string()),
  /** Columns read from the label table; absent without a table. */
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
  /** Keeps duplicates in one split, whatever else is grouped. */
  keepDuplicatesTogether: z.boolean().default(true),
  /** Whole sites or scanners as the test split, instead of a share; `validation` is then a share of the rest. */
  heldOut: heldOutSchema.nullable().default(null),
});
export type SplitRequest = z.infer<typeof splitRequestSchema>;
/** A request with defaults still to fill in. */
export type SplitRequestInput = z.input<typeof splitRequestSchema>;

export const splitSummarySchema = z.object({
  id: z.number().int(),
  seed: z.number().int(),
  group: z.enum(['patient', 'none', 'folders']),
  createdAt: z.string(),
  counts: z.record(z.enum(splitNames), z.record(z.string(), z.number().int())),
  /** Labelled images that are in none of the splits, such as those of a later import. */
  outside: z.number().int(),
  /** Known patients by split; null if none is known. */
  patients: z.record(z.enum(splitNames), z.number().int().nullable()),
  /** Images without a known patient, by split. */
  withoutPatient: z.record(z.enum(splitNames), z.number().int()),
  /** Whether duplicates were kept in one split. */
  keepDuplicatesTogether: z.boolean(),
  /**
   * Groups in more than one split: must be 0 before training. Patients and groups of duplicates that share images are
   * one group here.
   */
  groupsAcrossSplits: z.number().int(),
  patientsAcrossSplits: z.number().int(),
  duplicatesAcrossSplits: z.number().int(),
  /**
   * Largest difference, in images, over classes and splits between a class's images in a split and the split's share of
   * the class. Covers only train and validation if the test split is held out by site or scanner.
   */
  deviation: z.number(),
  heldOut: heldOutSchema.nullable(),
  /** The sign-off on groups in more than one split; null if there is none. */
  signOff: splitSignOffSchema.nullable(),
  warnings: z.array(z.string()),
});
export type SplitSummary = z.infer<typeof splitSummarySchema>;

/** A numbered state of the dataset: the images in it, whatever their labels. */
export const datasetVersionSchema = z.object({
  /** From 1. */
  number: z.number().int(),
  at: z.string(),
  /** The import that created it; null if a run started on a dataset that had been changed by hand. */
  import: z.number().int().nullable(),
  images: z.number().int(),
  /** Relative to the previous version. */
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
  /** 16-bit PNG files, to whose values a run's intensity applies. */
  widePngs: z.number().int(),
  split: splitSummarySchema.nullable(),
  duplicates: duplicateCountsSchema,
  readers: readerCountsSchema,
  review: reviewCountsSchema,
  lastImport: importResultSchema.nullable(),
  /** The newest version; `changed`: images were removed or restored since. Null if none is recorded yet. */
  version: datasetVersionSchema.extend({ changed: z.boolean() }).nullable(),
  warnings: z.array(z.string()),
  canUndo: z.boolean(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** The last change to labels, images, split or review that can be undone, from any window or command. */
export const lastActionSchema = z.object({
  /** Identifies this action. */
  stamp: z.string(),
  /** As a noun phrase. */
  description: z.string(),
});
export type LastAction = z.infer<typeof lastActionSchema>;
