import { scanConfounders } from '#shared/confounders/scan';
import { sourceNames } from '#shared/confounders/verdict';
import type { ConfounderTag } from '#shared/models/confounders';
import { confounderState } from '../../store/confounders';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { confounderCell, confounderImages, confounderTable } from './confounder-images';

export const confounderTasks = tasks('confounder', {
  scan: ({ project }: OfProject, { open, onProgress }: TaskContext) =>
    scanConfounders(confounderImages(open(project)), undefined, {
      onProgress: (source, done, total) => onProgress(sourceNames[source], done, total),
    }),
  state: ({ project }: OfProject, { open }: TaskContext) => confounderState(open(project).store),
  table: ({ project, tag }: OfProject & { readonly tag: ConfounderTag }, { open }: TaskContext) =>
    confounderTable(open(project), tag),
  cell: (
    {
      project,
      tag,
      value,
      label,
    }: OfProject & { readonly tag: ConfounderTag; readonly value: string | null; readonly label: string },
    { open }: TaskContext,
  ) => confounderCell(open(project), tag, value, label),
});
