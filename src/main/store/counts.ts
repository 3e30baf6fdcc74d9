import type { SplitName } from '#shared/models/dataset';
import type { PatientCount } from '#shared/models/patient-count';
import { fileGroups } from './identity';
import type { ProjectStore } from './open';

/** Counts of a dataset, all without removed images. */
export interface DatasetCounts extends PatientCount {
  readonly images: number;
  readonly unlabelled: number;
  readonly studies: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly modalities: Readonly<Record<string, number>>;
}

/**
 * Images of one patient, class and split; null: none. No more rows than patients, unless a patient has several classes
 * or splits.
 */
export interface ImageGroup {
  readonly patient: number | null;
  /** Whether `patient` is a person: the frames of a file with an unknown patient share a number too. */
  readonly isNamed: boolean;
  readonly label: number | null;
  readonly split: SplitName | null;
  readonly images: number;
}

/**
 * The basis of every count by patient, class and split: one pass over an index, in its order, so that 100,000 images
 * are counted without sorting and without a row object each.
 */
export function imageGroups(store: ProjectStore): ImageGroup[] {
  return toGroups(
    store,
    store.json<GroupRow[]>(
      `SELECT json_group_array(json_array(patient_id, label_id, split, n)) FROM (
         SELECT patient_id, label_id, split, count(*) AS n FROM images INDEXED BY images_groups
         WHERE removed_at IS NULL GROUP BY patient_id, label_id, split)`,
    ),
  );
}

/** The same for the images that one import added. */
export function importGroups(store: ProjectStore, importId: number): ImageGroup[] {
  return toGroups(
    store,
    store.json<GroupRow[]>(
      `SELECT json_group_array(json_array(patient_id, label_id, split, n)) FROM (
         SELECT patient_id, label_id, split, count(*) AS n FROM images
         WHERE removed_at IS NULL AND import_id = ? GROUP BY patient_id, label_id, split)`,
      importId,
    ),
  );
}

type GroupRow = [number | null, number | null, SplitName | null, number];

function toGroups(store: ProjectStore, rows: readonly GroupRow[]): ImageGroup[] {
  const unnamed = fileGroups(store);
  return rows.map(([patient, label, split, images]) => ({
    patient,
    isNamed: patient !== null && !unnamed.has(patient),
    label,
    split,
    images,
  }));
}

/** Patients in groups of images; `withoutPatient` counts images. */
export function groupPatients(groups: Iterable<Pick<ImageGroup, 'patient' | 'isNamed' | 'images'>>): PatientCount {
  const known = new Set<number>();
  let withoutPatient = 0;
  for (const { patient, isNamed, images } of groups) {
    if (patient !== null && isNamed) known.add(patient);
    else withoutPatient += images;
  }
  return { patients: known.size === 0 ? null : known.size, withoutPatient };
}

export function datasetCounts(store: ProjectStore, groups: readonly ImageGroup[] = imageGroups(store)): DatasetCounts {
  const tally = (column: 'kind' | 'modality'): Record<string, number> =>
    Object.fromEntries(
      store
        .all<{ name: string; n: number }>(
          `SELECT ${column} AS name, count(*) AS n FROM images
           WHERE removed_at IS NULL AND ${column} IS NOT NULL GROUP BY ${column}`,
        )
        .map((row) => [row.name, row.n]),
    );
  const sum = (of: readonly ImageGroup[]) => of.reduce((total, group) => total + group.images, 0);
  return {
    images: sum(groups),
    unlabelled: sum(groups.filter((group) => group.label === null)),
    ...groupPatients(groups),
    studies: store.column<number>('SELECT count(DISTINCT study_id) FROM images WHERE removed_at IS NULL')[0] ?? 0,
    kinds: tally('kind'),
    modalities: tally('modality'),
  };
}

export function imageCount(store: ProjectStore): number {
  return store.column<number>('SELECT count(*) FROM images INDEXED BY images_kind WHERE removed_at IS NULL')[0] ?? 0;
}

/** Number of 16-bit PNG images. */
export function widePngCount(store: ProjectStore): number {
  const sql = `SELECT count(*) FROM images WHERE kind = 'png' AND bits_stored > 8 AND removed_at IS NULL`;
  return store.column<number>(sql)[0] ?? 0;
}

/** Ids of the classes that have images. */
export function usedClasses(store: ProjectStore): Set<number> {
  return new Set(
    store.column<number>(
      `SELECT id FROM classes WHERE EXISTS
         (SELECT 1 FROM images WHERE removed_at IS NULL AND label_id = classes.id)`,
    ),
  );
}

export interface ClassCounts extends PatientCount {
  readonly images: number;
  /** Images outside the current split. */
  readonly outside: number;
  readonly splits: Readonly<Record<SplitName, number>>;
}

/** By class id, for classes that have images. */
export function classCounts(groups: readonly ImageGroup[]): Map<number, ClassCounts> {
  const ofClass = new Map<number, ImageGroup[]>();
  for (const group of groups) {
    if (group.label === null) continue;
    const own = ofClass.get(group.label);
    if (own === undefined) ofClass.set(group.label, [group]);
    else own.push(group);
  }
  return new Map(
    [...ofClass].map(([label, own]) => {
      const splits: Record<SplitName, number> = { train: 0, validation: 0, test: 0 };
      let [images, outside] = [0, 0];
      for (const { split, images: n } of own) {
        images += n;
        if (split === null) outside += n;
        else splits[split] += n;
      }
      return [label, { images, ...groupPatients(own), outside, splits }];
    }),
  );
}

/** Patients in each split. */
export function patientsBySplit(groups: readonly ImageGroup[]): Record<SplitName, PatientCount> {
  const of = (split: SplitName) => groupPatients(groups.filter((group) => group.split === split));
  return { train: of('train'), validation: of('validation'), test: of('test') };
}
