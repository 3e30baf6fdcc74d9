import { type OfProject, type TaskContext, tasks } from '../background/background';
import { datasetReport } from './dataset-report';
import { renderDatasetReport } from './dataset-report-page';

export const reportTasks = tasks('report', {
  report: ({ project }: OfProject, { open }: TaskContext) => datasetReport(open(project)),
  reportPage: ({ project, version }: OfProject & { readonly version: string }, { open }: TaskContext) =>
    renderDatasetReport(datasetReport(open(project)), version),
});
