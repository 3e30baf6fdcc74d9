import type { DataSet } from 'dicom-parser';
import dicomParser from 'dicom-parser';
import { damaged } from './damaged';
import { parseImplicitBody } from './parse-implicit';

const DIRECTORY_RECORD_SEQUENCE = 'x00041220';
const REFERENCED_FILE_ID = 'x00041500';

/** Components of a File ID (PS3.10, 8.5); null for a patient, study or series record. */
function fileId(record: DataSet): readonly string[] | null {
  const count = record.numStringValues(REFERENCED_FILE_ID) ?? 0;
  const parts = Array.from({ length: count }, (_, index) => record.string(REFERENCED_FILE_ID, index)?.trim() ?? '');
  const named = parts.filter((part) => part !== '');
  return named.length === 0 ? null : named;
}

/** Parses as the header declares, else with implicit value representations, which some recorders write regardless. */
function parseDirectory(bytes: Buffer): DataSet {
  try {
    return dicomParser.parseDicom(bytes);
  } catch (cause) {
    const { position } = dicomParser.readPart10Header(bytes) as DataSet & { readonly position?: number };
    const implicit = position === undefined ? null : parseImplicitBody(bytes, position);
    if (implicit?.elements[DIRECTORY_RECORD_SEQUENCE]?.items !== undefined) return implicit;
    throw damaged('The table of contents of the disc (DICOMDIR) is damaged.', cause);
  }
}

/**
 * Lists the files that a DICOMDIR names, relative to its folder, separated by `/`, without duplicates.
 * @throws FoveaError `damaged`
 */
export function readMediaDirectory(bytes: Buffer): string[] {
  const records = parseDirectory(bytes).elements[DIRECTORY_RECORD_SEQUENCE]?.items ?? [];
  const files = records.flatMap(({ dataSet }) => (dataSet === undefined ? [] : (fileId(dataSet)?.join('/') ?? [])));
  return [...new Set(files)];
}
