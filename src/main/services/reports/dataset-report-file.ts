import { writeFile } from 'node:fs/promises';
import { datasetReportTable } from '#shared/dataset-report/report-table';
import type { DatasetReport } from '#shared/models/dataset-report';
import { toCsv } from '#shared/tables/csv';
import { toStoreError } from '../../store/errors';
import { renderDatasetReport } from './dataset-report-page';

/**
 * Writes an HTML page, or a table if the file name ends in .csv.
 * @throws `disk_full`, `project_unwritable`
 */
export async function writeDatasetReport(report: DatasetReport, file: string, version: string): Promise<void> {
  const text = /\.csv$/i.test(file) ? toCsv(datasetReportTable(report)) : renderDatasetReport(report, version);
  await writeFile(file, text).catch((error: unknown) => {
    throw toStoreError(error);
  });
}
