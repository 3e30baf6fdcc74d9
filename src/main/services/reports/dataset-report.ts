import type { DatasetReport } from '#shared/models/dataset-report';
import { classCounts, datasetCounts, imageGroups } from '../../store/counts';
import {
  countBy,
  countFlags,
  countImagesPerPatient,
  countSizes,
  importRecords,
  type SizeCount,
  skipCounts,
} from '../../store/dataset-figures';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { datasetBalance } from '../dataset/balance';
import { datasetWarnings } from '../dataset/dataset-warnings';
import { countDuplicates, duplicateGroups } from '../duplicates/duplicate-groups';
import type { OpenProject } from '../project/projects';
import { summarizeSplit } from '../splits/split-summary';

/** Lower bounds of the size bands, in pixels. */
const SIZE_BANDS = [0, 256, 512, 768, 1024, 2048] as const;
const MAX_SIZES = 12;

/** A dataset in numbers, none of which identifies a person. */
export function datasetReport(project: OpenProject): DatasetReport {
  const { store } = project;
  const groups = imageGroups(store);
  const duplicates = duplicateGroups(store);
  const counts = datasetCounts(store, groups);
  const byId = classCounts(groups);
  const classes = classesByName(store).flatMap(({ id, name }) => {
    const of = byId.get(id);
    return of === undefined ? [] : [{ label: name, ...of }];
  });
  const split = summarizeSplit(project, { groups, duplicates });
  const { images, unlabelled, patients, withoutPatient, studies } = counts;
  return {
    project: project.name,
    writtenAt: new Date().toISOString(),
    images,
    unlabelled,
    patients,
    withoutPatient,
    studies,
    classes,
    imagesPerPatient: countImagesPerPatient(store).map((one) => ({
      value: String(one.images),
      patients: one.patients,
    })),
    sizes: sizesOf(countSizes(store)),
    modalities: countBy(store, 'modality'),
    kinds: countBy(store, 'kind'),
    bits: countBy(store, 'bits_stored'),
    colours: countBy(store, `CASE colour WHEN 1 THEN 'colour' ELSE 'grey' END`),
    years: countBy(store, 'acquired_year').toSorted((a, b) => a.value.localeCompare(b.value)),
    flags: countFlags(store),
    duplicates: countDuplicates(duplicates),
    balance: datasetBalance(project),
    split,
    imports: importHistory(store),
    warnings: [...datasetWarnings({ ...counts, classes }), ...(split?.warnings ?? [])],
  };
}

/** Counts by size band, from the smallest side of any image to the largest. */
function sizesOf(sizes: readonly SizeCount[]): DatasetReport['sizes'] {
  const band = (pixels: number): number => SIZE_BANDS.findLastIndex((low) => pixels >= low);
  const used = sizes.flatMap(({ width, height }) => [band(width), band(height)]);
  const [first, last] = [Math.min(...used), Math.max(...used)];
  const bands = SIZE_BANDS.map((low, index) => {
    const next = SIZE_BANDS[index + 1];
    return next === undefined ? `${low} and more` : low === 0 ? `under ${next}` : `${low}–${next - 1}`;
  }).filter((_, index) => index >= first && index <= last);
  const counts = bands.map(() => bands.map(() => 0));
  for (const { width, height, images } of sizes) {
    const row = counts[band(height) - first];
    if (row !== undefined) row[band(width) - first] = (row[band(width) - first] ?? 0) + images;
  }
  return {
    bands,
    counts,
    common: sizes.slice(0, MAX_SIZES).map(({ width, height, images }) => ({ value: `${width} × ${height}`, images })),
    distinct: sizes.length,
  };
}

function importHistory(store: ProjectStore): DatasetReport['imports'] {
  const skips = skipCounts(store);
  return importRecords(store).map(({ id, started_at, state, result }) => {
    const { added = null, duplicates = null } =
      result === null ? {} : (JSON.parse(result) as { added?: number; duplicates?: number });
    return {
      at: started_at,
      state,
      added,
      known: duplicates,
      skipped: skips
        .filter((one) => one.import_id === id)
        .map(({ code, files, message }) => ({ code, files, message })),
    };
  });
}
