import { z } from 'zod';
import { similarNamesSchema } from '../class-names/similar-names';

/** What a column of a label table can say. Every role but the path may be missing. */
export const columnRoles = ['path', 'label', 'reader', 'patient', 'study', 'site', 'split', 'sex', 'age'] as const;
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
  classes: z.array(z.string().max(200)).max(100).nullable().optional(),
});
export type ColumnMapping = z.infer<typeof columnMappingSchema>;

/** The headers that a table was read by; `classes` as in a mapping. */
export const usedColumnsSchema = z.object({
  headers: z.partialRecord(columnRoleSchema, z.string()),
  classes: z.array(z.string()),
});
export type UsedColumns = z.infer<typeof usedColumnsSchema>;

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
  /** Distinct ones in the table: they are counted and never shown. */
  patients: z.number().int(),
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
