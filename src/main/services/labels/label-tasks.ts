import { type OfProject, type TaskContext, tasks } from '../background/background';
import { createLabels } from './labels';
import { createReaders } from './readers';

export const labelTasks = tasks('label', {
  label: (
    {
      project,
      images,
      label,
      reader,
    }: OfProject & {
      readonly images: readonly number[];
      readonly label: string | null;
      readonly reader: string | undefined;
    },
    { open }: TaskContext,
  ) =>
    reader === undefined
      ? createLabels().label(open(project), images, label)
      : createReaders().read(open(project), images, label, reader),
  remove: ({ project, images }: OfProject & { readonly images: readonly number[] }, { open }: TaskContext) =>
    createLabels().remove(open(project), images),
  undo: ({ project, stamp }: OfProject & { readonly stamp: string | undefined }, { open }: TaskContext) =>
    createLabels().undo(open(project), stamp),
});
