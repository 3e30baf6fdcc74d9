import type { SplitName, SplitRequestInput } from '#shared/models/dataset';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { createSplits } from './splits';

export const splitTasks = tasks('split', {
  origins: ({ project }: OfProject, { open }: TaskContext) => createSplits().origins(open(project)),
  split: ({ project, request }: OfProject & { readonly request: SplitRequestInput }, { open }: TaskContext) =>
    createSplits().split(open(project), request),
  splitAsGiven: ({ project }: OfProject, { open }: TaskContext) => createSplits().splitAsGiven(open(project)),
  addition: ({ project }: OfProject, { open }: TaskContext) => createSplits().addition(open(project)),
  addNew: ({ project }: OfProject, { open }: TaskContext) => createSplits().addNew(open(project)),
  move: (
    { project, images, split }: OfProject & { readonly images: readonly number[]; readonly split: SplitName },
    { open }: TaskContext,
  ) => createSplits().move(open(project), images, split),
  signOff: (
    { project, name, reason }: OfProject & { readonly name: string; readonly reason: string },
    { open }: TaskContext,
  ) => createSplits().signOff(open(project), name, reason),
  withdrawSignOff: ({ project }: OfProject, { open }: TaskContext) => createSplits().withdrawSignOff(open(project)),
});
