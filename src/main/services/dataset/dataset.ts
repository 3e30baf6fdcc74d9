import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type {
  DatasetSummary,
  DatasetVersion,
  Facets,
  ImageDetail,
  ImageFilter,
  ImageSummary,
} from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import { appendAudit } from '../../store/audit';
import { usedClasses } from '../../store/counts';
import { imageFacets } from '../../store/facets';
import { type ImageSort, imageDetail, imageIds, imagesById, type StoredImage } from '../../store/images';
import { classesByName, labelHistory } from '../../store/labels';
import { readers, readingsOf } from '../../store/readings';
import { datasetVersions } from '../../store/versions';
import type { OpenProject } from '../project/projects';
import type { Splits } from '../splits/splits';
import { summarizeDataset } from './dataset-summary';

/** Queries on a project's images. All numbers exclude removed images. */
export interface Dataset {
  /** Excludes open review findings: see `review.ts`. */
  summary(project: OpenProject): Omit<DatasetSummary, 'review'>;
  /** Oldest first. */
  versions(project: OpenProject): DatasetVersion[];
  /** Ids of all images that pass the filter, in display order. */
  ids(project: OpenProject, filter: ImageFilter, sort: ImageSort): number[];
  /** Filter values other than class, split and patient. */
  facets(project: OpenProject): Facets;
  /** In the order of `ids`; unknown ids are omitted. */
  images(project: OpenProject, ids: readonly number[]): ImageSummary[];
  /** Throws `image_unknown`. Tags are empty if the source file is missing. */
  image(project: OpenProject, id: number): Promise<ImageDetail>;
  /** Recorded in the audit trail. Throws `image_unknown`, `source_missing`, and errors of the decoder. */
  identifyingTags(project: OpenProject, id: number): Promise<{ tag: string; value: string }[]>;
  /** The image's source file, for decoding. Throws `image_unknown`. */
  sourceFile(
    project: OpenProject,
    id: number,
  ): { readonly path: string; readonly hash: string; readonly frame: number };
  /** Names of the classes with images, in natural order; the index is that of a model's outputs. */
  classes(project: OpenProject): string[];
}

export function createDataset(options: { readonly splits: Splits; readonly pool: DecodePool }): Dataset {
  const { splits, pool } = options;

  const classes = (project: OpenProject): string[] => {
    const used = usedClasses(project.store);
    return classesByName(project.store)
      .filter((one) => used.has(one.id))
      .map((one) => one.name);
  };

  return {
    summary: (project) => summarizeDataset(project, splits),
    versions: ({ store }) => datasetVersions(store),
    ids: (project, filter, sort) => imageIds(project.store, filter, sort),
    facets: (project) => imageFacets(project.store),
    images: (project, ids) => imagesById(project.store, ids),
    async image(project, id) {
      const stored = requireImage(project, id);
      const path = sourcePath(project, stored);
      const tags = await pool.tags({ path, identifying: false }).catch(() => []);
      const { sourceFolder: _folder, sex: _sex, age: _age, manufacturer: _maker, model: _model, ...shown } = stored;
      return { ...shown, tags, labelHistory: labelHistory(project.store, id), readings: namedReadings(project, id) };
    },
    async identifyingTags(project, id) {
      const stored = requireImage(project, id);
      const rows = await pool.tags({ path: sourcePath(project, stored), identifying: true });
      appendAudit(project.store, 'identifying-tags.show', { image: id });
      return rows.filter((row) => row.identifying).map(({ tag, value }) => ({ tag, value }));
    },
    sourceFile(project, id) {
      const stored = requireImage(project, id);
      return { path: sourcePath(project, stored), hash: stored.hash, frame: stored.frame ?? 0 };
    },
    classes,
  };
}

function namedReadings({ store }: OpenProject, image: number): ImageDetail['readings'] {
  const present = readingsOf(store, image);
  if (present.length === 0) return [];
  const people = new Map(readers(store).map(({ id, name }) => [id, name]));
  const classNames = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  return present.map(({ reader, classId }) => ({
    reader: people.get(reader) ?? '',
    label: classNames.get(classId) ?? '',
  }));
}

function requireImage(project: OpenProject, id: number): StoredImage {
  const stored = imageDetail(project.store, id);
  if (stored === null) {
    throw new FoveaError('image_unknown', `There is no image ${id} in this project.`, {
      hint: 'It may have been removed. Refresh the list.',
    });
  }
  return stored;
}

function sourcePath(project: OpenProject, stored: StoredImage): string {
  return join(resolveSource(project.folder, stored.sourceFolder), ...stored.path.split('/'));
}

/** Absolute path of a source folder. `project:…` is inside the project, relative so that the project can be moved. */
export function resolveSource(projectFolder: string, source: string): string {
  return source.startsWith('project:') ? join(projectFolder, source.slice('project:'.length)) : source;
}
