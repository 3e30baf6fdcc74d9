import type { Task } from './background/background';
import { confounderTasks } from './confounders/confounder-tasks';
import { datasetTasks } from './dataset/dataset-tasks';
import { duplicateTasks } from './duplicates/duplicate-tasks';
import { importTasks } from './imports/import-tasks';
import { tableTasks } from './label-tables/table-tasks';
import { labelTasks } from './labels/label-tasks';
import { readerTasks } from './labels/reader-tasks';
import { reportTasks } from './reports/report-tasks';
import { resultTasks } from './results/result-tasks';
import { reviewTasks } from './review/review-tasks';
import { splitTasks } from './splits/split-tasks';

/** All background tasks by name. */
export const backgroundTasks: ReadonlyMap<string, Task<never, unknown>> = new Map(
  [
    datasetTasks,
    reportTasks,
    splitTasks,
    duplicateTasks,
    confounderTasks,
    reviewTasks,
    labelTasks,
    readerTasks,
    tableTasks,
    importTasks,
    resultTasks,
  ]
    .flatMap((table): Task<never, unknown>[] => Object.values(table))
    .map((task) => [task.name, task]),
);
