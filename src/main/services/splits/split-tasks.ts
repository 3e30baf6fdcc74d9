import type { SplitPart, SplitRequestGiven } from '#shared/models/dataset';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { createSplits } from './splits';

export const splitTasks = tasks('split', {
  origins: ({ project }: OfProject, { open }: TaskContext) => createSplits().origins(open(project)),
  split: ({ project, request }: OfProject & { readonly request: SplitRequestGiven }, { open }: TaskContext) =>
    createSplits().split(open(project), request),
  splitAsGiven: ({ project }: OfProject, { open }: TaskContext) => createSplits().splitAsGiven(open(project)),
  move: (
    { project, images, part }: OfProject & { readonly images: readonly number[]; readonly part: SplitPart },
    { open }: TaskContext,
  ) => createSplits().move(open(project), images, part),
  signOff: (
    { project, name, reason }: OfProject & { readonly name: string; readonly reason: string },
    { open }: TaskContext,
  ) => createSplits().signOff(open(project), name, reason),
  withdrawSignOff: ({ project }: OfProject, { open }: TaskContext) => createSplits().withdrawSignOff(open(project)),
});
