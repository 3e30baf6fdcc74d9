import type { ImageFilter } from '#shared/models/dataset';
import { imageFacets } from '../../store/facets';
import { type ImageSort, imageIds } from '../../store/images';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { createSplits } from '../splits/splits';
import { datasetBalance } from './balance';
import { summarizeDataset } from './dataset-summary';

export const datasetTasks = tasks('dataset', {
  summary: ({ project }: OfProject, { open }: TaskContext) => summarizeDataset(open(project), createSplits()),
  balance: ({ project }: OfProject, { open }: TaskContext) => datasetBalance(open(project)),
  imageIds: (
    { project, filter, sort }: OfProject & { readonly filter: ImageFilter; readonly sort: ImageSort },
    { open }: TaskContext,
  ) => imageIds(open(project).store, filter, sort),
  facets: ({ project }: OfProject, { open }: TaskContext) => imageFacets(open(project).store),
});
