import { z } from 'zod';
import { similarNamesSchema } from '../class-names/similar-names';
import { list } from './list';

/** What a column of a label table can say. One of `keyRoles` must be there; every other role may be missing. */
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
 * The header that each role is read from; null for none. A role that is left out is found by its usual names, among
 * the headers that no other role was given. `classes`: columns that stand for one class each, in place of a label
 * column; null for none.
 */
export const columnMappingSchema = z.strictObject({
  ...perRole(z.string().max(200).nullable().optional()),
  classes: list(z.string().max(200), { most: 100 }).nullable().optional(),
});
export type ColumnMapping = z.infer<typeof columnMappingSchema>;

/** The headers that a table was read by; `classes` as in a mapping. */
export const usedColumnsSchema = z.object({
  headers: z.partialRecord(columnRoleSchema, z.string()),
  classes: z.array(z.string()),
});
export type UsedColumns = z.infer<typeof usedColumnsSchema>;

/**
 * What says which images a row is for; the first of them that a table has is used. A study is meant by its UID. With a
 * date (of the study), a patient's row is for the images of that day.
 */
export const keyRoles = ['path', 'instance', 'series', 'study', 'accession', 'patient'] as const;
export type KeyRole = (typeof keyRoles)[number];

/**
 * What only a person can say of a table, with the answers that there are.
 * `patients`: it names patients other than the files do; whose word counts?
 * `sites`: it names sites other than the files do; whose word counts?
 * `rounded-ids`: its numbers lost digits, and several people may have become one; is such a patient not known, or taken?
 * `empty-ids`: cells under an id are empty; merged cells that go on, or nothing known?
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

/** A question that is asked before anything is written; it is answered with one of `answers` by its value. */
export const tableQuestionSchema = z.object({
  name: z.enum(Object.keys(tableQuestions) as [TableQuestionName, ...TableQuestionName[]]),
  /** With the number of what it is about. */
  text: z.string(),
  answers: z.array(z.object({ value: z.string(), text: z.string() })),
});
export type TableQuestion = z.infer<typeof tableQuestionSchema>;

/** What becomes of patients: of the files that a table or a pattern speaks of. Numbers of patients, but for `ids*`. */
export const patientChangesSchema = z.object({
  /** Patients that the files or the project name, before and after; null where none is named. */
  before: z.number().int().nullable(),
  after: z.number().int().nullable(),
  /** Files of which nobody is named after. */
  unknown: z.number().int(),
  /** Patients of the files that become several, and several that become one. */
  split: z.number().int(),
  merged: z.number().int(),
  /** Files whose id is the same but for how it is written; the file's own stays. */
  idsWrittenOtherwise: z.number().int(),
  /** Files whose id lost digits. */
  idsRounded: z.number().int(),
});
export type PatientChanges = z.infer<typeof patientChangesSchema>;

/** Whose label stays where a person's and the table's differ. */
export const labelConflictSchema = z.enum(['mine', 'table']);
export type LabelConflict = z.infer<typeof labelConflictSchema>;

/** The distinct values of a column, those of most rows first; `values` may be fewer than `distinct`. */
const valueCountsSchema = z.object({
  distinct: z.number().int(),
  values: z.array(z.object({ value: z.string(), rows: z.number().int() })),
});
export type ValueCounts = z.infer<typeof valueCountsSchema>;

/** What applying a table would change in the images that are in the project; all counts are of images. */
export const tableChangesSchema = z.object({
  /** Images without a label that get one. */
  newLabels: z.number().int(),
  /** Labels of a folder or an earlier table that become another. */
  changedLabels: z.number().int(),
  sameLabels: z.number().int(),
  /** Labels that a person gave or took away and the table says otherwise: theirs is kept unless the person says so. */
  conflicts: z.number().int(),
  /** Readings (image and reader) that are new, or are another class than before. */
  readings: z.number().int(),
  /** Images with several readings that do not agree once the table is in. */
  disagreements: z.number().int(),
  patients: z.number().int(),
  studies: z.number().int(),
  sites: z.number().int(),
  subjects: z.number().int(),
});
export type TableChanges = z.infer<typeof tableChangesSchema>;

/** A label table as a person sees it before anything is written. Cells and lists are cut to what a window can show. */
export const tablePreviewSchema = z.object({
  /** "UTF-8", "UTF-16 LE", "UTF-16 BE" or "Windows-1252". */
  encoding: z.string(),
  /** One character; mostly comma, semicolon, tab or vertical bar. */
  delimiter: z.string(),
  headers: z.array(z.string()),
  mapping: z.record(columnRoleSchema, z.string().nullable()),
  /** Headers of columns that stand for one class each; empty where there is a label column. */
  classes: z.array(z.string()),
  /** The first rows, in the order of `headers`. */
  sample: z.array(z.array(z.string())),
  rows: z.number().int(),
  /** Files of the plan, or images of the project. */
  files: z.number().int(),
  rowsMatched: z.number().int(),
  filesMatched: z.number().int(),
  /** What its rows are held against the files by; null where it is `blocked`. */
  matchedBy: z.enum(keyRoles).nullable(),
  /** Distinct ones in the table: they are counted and never shown. */
  patients: z.number().int(),
  /** Null where neither the table nor a pattern speaks of patients. */
  patientChanges: patientChangesSchema.nullable(),
  /** Those without an answer, and those that were answered. */
  questions: z.array(tableQuestionSchema),
  values: z.partialRecord(z.enum(['label', 'reader', 'site', 'split']), valueCountsSchema),
  /** Why the table cannot be used as it is mapped; null where it can. */
  blocked: z.string().nullable(),
  problems: z.array(z.string()),
  /** Null before an import, whose images are all new. */
  changes: tableChangesSchema.nullable(),
  /** Class names that may mean one class, of the table, the folders of an import and the project: a question. */
  similarNames: z.array(similarNamesSchema),
});
export type TablePreview = z.infer<typeof tablePreviewSchema>;

/** What a pattern for patients would make of the files of an import. */
export const patternPreviewSchema = z.object({
  changes: patientChangesSchema,
  questions: z.array(tableQuestionSchema),
  problems: z.array(z.string()),
});
export type PatternPreview = z.infer<typeof patternPreviewSchema>;
