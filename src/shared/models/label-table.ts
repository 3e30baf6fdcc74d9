import { z } from 'zod';
import { similarNamesSchema } from '../class-names/similar-names';
import { list } from './list';

/** Possible meanings of a column of a label table. One of `keyRoles` is required; every other role is optional. */
export const columnRoles = [
  'path',
  'label',
  'reader',
  'patient',
  'study',
  'site',
  'split',
  'sex',
  'age',
  'accession',
  'series',
  'instance',
  'date',
] as const;
export const columnRoleSchema = z.enum(columnRoles);
export type ColumnRole = (typeof columnRoles)[number];

const perRole = <Schema>(schema: Schema) =>
  Object.fromEntries(columnRoles.map((role) => [role, schema])) as Record<ColumnRole, Schema>;

/**
 * The header that each role is read from; null for none. A role that is left out is found by its usual names, among the
 * headers not assigned to another role. `classes`: columns for one class each, instead of a label column; null for
 * none.
 */
export const columnMappingSchema = z.strictObject({
  ...perRole(z.string().max(200).nullable().optional()),
  classes: list(z.string().max(200), { max: 100 }).nullable().optional(),
});
export type ColumnMapping = z.infer<typeof columnMappingSchema>;

/** The headers that a table was read by; `classes` as in a mapping. */
export const usedColumnsSchema = z.object({
  headers: z.partialRecord(columnRoleSchema, z.string()),
  classes: z.array(z.string()),
});
export type UsedColumns = z.infer<typeof usedColumnsSchema>;

/**
 * Roles that identify the images of a row; the first one that a table has is used. A study is identified by its UID.
 * With a date (of the study), a patient's row applies to the images of that day.
 */
export const keyRoles = ['path', 'instance', 'series', 'study', 'accession', 'patient'] as const;
export type KeyRole = (typeof keyRoles)[number];

/**
 * Questions about a table that only a person can answer, and their answers.
 * `patients`: its patients differ from those in the files; which of the two counts?
 * `sites`: its sites differ from those in the files; which of the two counts?
 * `rounded-ids`: its numbers lost digits, and several people may have become one; treat such a patient as unknown, or
 * accept the number?
 * `empty-ids`: cells under an id are empty; continue the id as in merged cells, or treat them as unknown?
 */
export const tableQuestions = {
  patients: ['table', 'files'],
  sites: ['table', 'files'],
  'rounded-ids': ['missing', 'take'],
  'empty-ids': ['fill', 'missing'],
} as const;
export const tableAnswersSchema = z.object({
  patients: z.enum(tableQuestions.patients).optional(),
  sites: z.enum(tableQuestions.sites).optional(),
  'rounded-ids': z.enum(tableQuestions['rounded-ids']).optional(),
  'empty-ids': z.enum(tableQuestions['empty-ids']).optional(),
});
export type TableAnswers = z.infer<typeof tableAnswersSchema>;
export type TableQuestionName = keyof typeof tableQuestions;

/** A question to answer before anything is written, with the value of one of `answers`. */
export const tableQuestionSchema = z.object({
  name: z.enum(Object.keys(tableQuestions) as [TableQuestionName, ...TableQuestionName[]]),
  /** Includes the number of patients, sites or cells concerned. */
  text: z.string(),
  answers: z.array(z.object({ value: z.string(), text: z.string() })),
});
export type TableQuestion = z.infer<typeof tableQuestionSchema>;

/** How patients change, over the files that a table or a pattern covers. Numbers of patients, except `ids*`. */
export const patientChangesSchema = z.object({
  /** Patients named by the files or the project, before and after; null if none is named. */
  before: z.number().int().nullable(),
  after: z.number().int().nullable(),
  /** Files without a patient afterwards. */
  unknown: z.number().int(),
  /** Patients of the files that become several, and several that become one. */
  split: z.number().int(),
  merged: z.number().int(),
  /** Files whose id differs only in spelling; the file's own is kept. */
  idsWrittenOtherwise: z.number().int(),
  /** Files whose id lost digits. */
  idsRounded: z.number().int(),
});
export type PatientChanges = z.infer<typeof patientChangesSchema>;

/** Whose label is kept if a person's and the table's differ. */
export const labelConflictSchema = z.enum(['mine', 'table']);
export type LabelConflict = z.infer<typeof labelConflictSchema>;

/** The distinct values of a column, most frequent first; `values` may be shorter than `distinct`. */
const valueCountsSchema = z.object({
  distinct: z.number().int(),
  values: z.array(z.object({ value: z.string(), rows: z.number().int() })),
});
export type ValueCounts = z.infer<typeof valueCountsSchema>;

/** The changes that a table would make to the images in the project; all counts are of images. */
export const tableChangesSchema = z.object({
  /** Images without a label that get one. */
  newLabels: z.number().int(),
  /** Labels from a folder or an earlier table that change. */
  changedLabels: z.number().int(),
  sameLabels: z.number().int(),
  /**
   * Labels that a person gave or removed and that differ from the table: the person's are kept unless they decide
   * otherwise.
   */
  conflicts: z.number().int(),
  /** Readings (image and reader) that are new or changed. */
  readings: z.number().int(),
  /** Images with several readings that disagree once the table is applied. */
  disagreements: z.number().int(),
  patients: z.number().int(),
  studies: z.number().int(),
  sites: z.number().int(),
  subjects: z.number().int(),
});
export type TableChanges = z.infer<typeof tableChangesSchema>;

/** A label table as shown before anything is written. Cells and lists are truncated to what a window can show. */
export const tablePreviewSchema = z.object({
  /** "UTF-8", "UTF-16 LE", "UTF-16 BE" or "Windows-1252". */
  encoding: z.string(),
  /** One character, usually comma, semicolon, tab or vertical bar. */
  delimiter: z.string(),
  headers: z.array(z.string()),
  mapping: z.record(columnRoleSchema, z.string().nullable()),
  /** Headers of columns for one class each; empty if there is a label column. */
  classes: z.array(z.string()),
  /** The first rows, in the order of `headers`. */
  sample: z.array(z.array(z.string())),
  rows: z.number().int(),
  /** Files of the plan, or images of the project. */
  files: z.number().int(),
  rowsMatched: z.number().int(),
  filesMatched: z.number().int(),
  /** The role that matches rows with files; null if `blocked`. */
  matchedBy: z.enum(keyRoles).nullable(),
  /** Distinct patients in the table: counted and never shown. */
  patients: z.number().int(),
  /** Null if neither the table nor a pattern names patients. */
  patientChanges: patientChangesSchema.nullable(),
  /** Both open and answered ones. */
  questions: z.array(tableQuestionSchema),
  values: z.partialRecord(z.enum(['label', 'reader', 'site', 'split']), valueCountsSchema),
  /** Why the table cannot be used with this mapping; null if it can. */
  blocked: z.string().nullable(),
  problems: z.array(z.string()),
  /** Null before an import, whose images are all new. */
  changes: tableChangesSchema.nullable(),
  /** Class names that may mean one class, in the table, the folders of an import and the project. */
  similarNames: z.array(similarNamesSchema),
});
export type TablePreview = z.infer<typeof tablePreviewSchema>;

/** The effect of a patient pattern on the files of an import. */
export const patternPreviewSchema = z.object({
  changes: patientChangesSchema,
  questions: z.array(tableQuestionSchema),
  problems: z.array(z.string()),
});
export type PatternPreview = z.infer<typeof patternPreviewSchema>;
