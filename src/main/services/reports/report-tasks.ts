import { blendOverlay, type Overlay } from '#shared/imaging/attention-overlay';
import type { Raster } from '#shared/imaging/raster';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { datasetReport } from './dataset-report';
import { renderDatasetReport } from './dataset-report-page';
import { type ReportInput, renderReport } from './run-report';

export const reportTasks = tasks('report', {
  report: ({ project }: OfProject, { open }: TaskContext) => datasetReport(open(project)),
  reportPage: ({ project, version }: OfProject & { readonly version: string }, { open }: TaskContext) =>
    renderDatasetReport(datasetReport(open(project)), version),
  runPage: (input: ReportInput) => renderReport(input),
  blendOverlay: ({ raster, overlay }: { readonly raster: Raster; readonly overlay: Overlay }) =>
    blendOverlay(raster, overlay),
});
