import { type OfProject, type TaskContext, tasks } from '../background/background';
import { shownGroups } from './duplicate-groups';

export const duplicateTasks = tasks('duplicate', {
  shownGroups: ({ project }: OfProject, { open }: TaskContext) => shownGroups(open(project).store),
});
