import type { ImportOptions } from '#shared/models/dataset';
import type { IngestedFile } from '../../ingest/types';
import { fileKeys } from '../../store/identities';
import { patientRef } from '../../store/identity';
import type { ProjectStore } from '../../store/open';
import { studyOf } from '../label-tables/label-table-changes';
import type { TableEntry } from '../label-tables/table-entry';
import { contradictsSex } from '../label-tables/table-sex';
import type { ReadyImage } from './import-batch';
import { type ImportDirections, patientOfFile, rowOfFile } from './import-directions';
import type { ImportSource } from './import-source';

/** A source with its table row. */
export interface DirectedSource {
  readonly source: ImportSource;
  /** Its index in the import. */
  readonly index: number;
  readonly row: TableEntry | undefined;
}

/** Adds the table row to a source. */
export const directed = (directions: ImportDirections, source: ImportSource, index: number): DirectedSource => ({
  source,
  index,
  row: rowOfFile(directions, index),
});

/** The table's label, else the folder's. */
export function labelOf(
  { source: { label }, row }: DirectedSource,
  options: ImportOptions,
  { spelling }: ImportDirections,
): ReadyImage['label'] {
  if (row?.label != null) return { name: row.label, from: 'table' };
  return options.labelsFromFolders && label !== null ? { name: spelling.get(label) ?? label, from: 'folder' } : null;
}

/** Whether the file's sex counts, because the table's differs. */
export const keepsOwnSex = ({ row }: DirectedSource, { subject }: IngestedFile['facts']): boolean =>
  contradictsSex(row?.sex ?? null, subject.sex);

/** The facts about a decoded file: those of table and pattern take precedence over the file's own tags, except sex. */
export function factsOf(
  store: ProjectStore,
  { facts, picture }: Pick<IngestedFile, 'facts' | 'picture'>,
  from: DirectedSource,
  options: ImportOptions,
  directions: ImportDirections,
): Omit<ReadyImage, 'source' | 'path' | 'cached'> {
  const { source, row, index } = from;
  const { patient, patientId } = facts.identity;
  const keys = facts.kind === 'dicom' ? fileKeys(store, facts.identity) : null;
  const own = patient === null ? null : patientRef(store, patient, 'dicom', patientId ?? patient);
  return {
    facts,
    picture,
    label: labelOf(from, options, directions),
    patient: patientOfFile(directions, index) ?? own,
    keys,
    readings: row?.readings ?? [],
    study: (row === undefined ? null : studyOf(row, keys)) ?? facts.identity.study,
    site: row?.site ?? null,
    split: row?.split ?? (options.splitsFromFolders ? source.split : null),
    sex: keepsOwnSex(from, facts) ? facts.subject.sex : (row?.sex ?? facts.subject.sex),
    age: row?.age ?? facts.subject.age,
  };
}
