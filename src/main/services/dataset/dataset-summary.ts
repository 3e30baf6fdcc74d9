import type { DatasetSummary } from '#shared/models/dataset';
import { canUndo } from '../../store/actions';
import { classCounts, datasetCounts, imageGroups, widePngCount } from '../../store/counts';
import { lastImport } from '../../store/imports';
import { classesByName } from '../../store/labels';
import { readerCount } from '../../store/readings';
import { changedSince, newestVersion } from '../../store/versions';
import { countDuplicates, duplicateGroups } from '../duplicates/duplicate-groups';
import { openDisagreements } from '../labels/reading-groups';
import type { OpenProject } from '../project/projects';
import type { Splits } from '../splits/splits';
import { datasetWarnings } from './dataset-warnings';

/** See `Dataset.summary`. */
export function summarizeDataset(
  project: OpenProject,
  splits: Pick<Splits, 'current'>,
): Omit<DatasetSummary, 'review'> {
  const { store } = project;
  const groups = imageGroups(store);
  const duplicates = duplicateGroups(store);
  const counts = datasetCounts(store, groups);
  const byId = classCounts(groups);
  const perClass = classesByName(store).flatMap(({ id, name }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const { images, patients, withoutPatient } = row;
    return [{ label: name, images, patients, withoutPatient }];
  });
  const version = newestVersion(store);
  return {
    images: counts.images,
    unlabelled: counts.unlabelled,
    patients: counts.patients,
    withoutPatient: counts.withoutPatient,
    studies: counts.studies,
    classes: perClass,
    kinds: counts.kinds,
    modalities: counts.modalities,
    widePngs: widePngCount(store),
    split: splits.current(project, { groups, duplicates }),
    duplicates: countDuplicates(duplicates),
    readers: countReaders(project),
    lastImport: lastImport(store),
    version: version && { ...version, changed: changedSince(store, version, counts.images) },
    warnings: datasetWarnings({ ...counts, classes: perClass }),
    canUndo: canUndo(store),
  };
}

function countReaders({ store }: OpenProject): DatasetSummary['readers'] {
  const n = readerCount(store);
  return { readers: n, toAdjudicate: n < 2 ? 0 : openDisagreements(store).length };
}
