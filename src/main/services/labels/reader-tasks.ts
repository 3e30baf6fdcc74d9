import type { KappaWeights } from '#shared/statistics/agreement';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { createReaders } from './readers';

export const readerTasks = tasks('reader', {
  summary: ({ project, weights }: OfProject & { readonly weights: KappaWeights }, { open }: TaskContext) =>
    createReaders().summary(open(project), weights),
  table: (
    { project, first, second }: OfProject & { readonly first: number; readonly second: number },
    { open }: TaskContext,
  ) => createReaders().table(open(project), first, second),
  cell: (
    {
      project,
      first,
      second,
      labels,
    }: OfProject & {
      readonly first: number;
      readonly second: number;
      readonly labels: readonly [string, string];
    },
    { open }: TaskContext,
  ) => createReaders().cell(open(project), { first, second }, labels),
  disagreements: ({ project }: OfProject, { open }: TaskContext) => createReaders().disagreements(open(project)),
  adjudicate: (
    { project, images, label }: OfProject & { readonly images: readonly number[]; readonly label: string },
    { open }: TaskContext,
  ) => createReaders().adjudicate(open(project), images, label),
  takeMajority: ({ project }: OfProject, { open }: TaskContext) => createReaders().takeMajority(open(project)),
});
