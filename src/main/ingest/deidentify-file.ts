import { open, rm } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import type { HeldBackReason } from '#shared/models/deidentified-export';
import { classifyHead, HEAD_BYTES } from './classify';
import { deidentifyDicom } from './dicom/deidentify/deidentify-dicom';
import type { ActionCount, DeidentifyOptions } from './dicom/deidentify/options';
import { holdsIdentity, identityTerms, isIdentity } from './dicom/deidentify/own-identity/identity-terms';
import { pixelRisk } from './dicom/deidentify/pixel-risk';
import { loadDictionary } from './dicom/dictionary';
import { parseDicom } from './dicom/parse';
import { notAnImage } from './not-an-image';
import { stripMetadata } from './raster/strip-metadata/strip-metadata';
import { readWholeFile, sha256 } from './read-file';

/** A class name that is a grade, even if a patient has that number as id. */
const GRADE = /^\s*\d{1,2}\s*$/;

export interface DeidentifyFileInput {
  readonly path: string;
  /** A new file in an existing folder. */
  readonly out: string;
  readonly options: DeidentifyOptions;
  /** Also write files whose pixels may reveal the patient's identity. */
  readonly includeRisky: boolean;
  /** Class names written to the export, whatever happens to this file. */
  readonly classNames: readonly string[];
}

/** `named`: indices of `classNames` that contain a name, number or date of this file. */
export type DeidentifiedFile = { readonly named: readonly number[] } & DeidentifiedOutcome;

/**
 * `risk`: why the file may identify the patient. If held back, nothing was written; `detail` is a sentence for the
 * user.
 */
type DeidentifiedOutcome =
  | { readonly written: false; readonly risk: HeldBackReason; readonly detail: string | null }
  | {
      readonly written: true;
      readonly risk: HeldBackReason | null;
      readonly bytes: number;
      readonly sha256: string;
      readonly actions: readonly ActionCount[];
    };

/**
 * Writes a de-identified file: DICOM with `deidentifyDicom`, PNG or JPEG without its metadata. The file must be
 * unchanged since its import, because the decisions about it (held back or not, its patient) apply to those bytes.
 * @throws FoveaError as reading and decoding; `file_changed`, `disk_full`, `project_unwritable`
 */
export async function deidentifyFile({
  path,
  out,
  options,
  includeRisky,
  classNames,
}: DeidentifyFileInput): Promise<DeidentifiedFile> {
  const source = await readWholeFile(path);
  if (sha256(source) !== options.hash) {
    throw new FoveaError('file_changed', 'The file has changed since it was imported.', {
      hint: 'Import it again.',
    });
  }
  const kind = classifyHead(source.subarray(0, HEAD_BYTES), source.length);
  if (kind === null) throw notAnImage(source);
  if (kind === 'dicom') return deidentifyDicomFile(source, out, options, includeRisky, classNames);
  // A PNG or JPEG has no such declaration: it may be a photograph of a screen.
  const risk = 'burned-in-unknown';
  if (!includeRisky) return { written: false, risk, detail: null, named: [] };
  const { bytes, removed } = await stripMetadata(source, kind);
  await writeNew(out, bytes);
  const what = 'data outside the image';
  const actions: ActionCount[] =
    removed === 0 ? [] : [{ tag: kind.toUpperCase(), keyword: what, action: 'removed', count: removed }];
  return { written: true, risk, bytes: bytes.length, sha256: sha256(bytes), actions, named: [] };
}

async function deidentifyDicomFile(
  source: Buffer,
  out: string,
  options: DeidentifyOptions,
  includeRisky: boolean,
  classNames: readonly string[],
): Promise<DeidentifiedFile> {
  const { dataSet } = parseDicom(source);
  const terms = identityTerms(dataSet, await loadDictionary());
  const isNamed = (name: string) => holdsIdentity(name, terms) || (!GRADE.test(name) && isIdentity(name, terms));
  const named = classNames.flatMap((name, index) => (isNamed(name) ? [index] : []));
  const risk = pixelRisk(dataSet);
  if (risk !== null && !includeRisky) return { written: false, risk, detail: null, named };
  try {
    const { bytes, actions } = await deidentifyDicom(source, options);
    await writeNew(out, bytes);
    return { written: true, risk, bytes: bytes.length, sha256: sha256(bytes), actions, named };
  } catch (error) {
    if (!(error instanceof FoveaError) || error.code !== 'hidden_data') throw error;
    return { written: false, risk: 'hidden-data', detail: error.message, named };
  }
}

/**
 * Writes a file and flushes it; removes it if it could not be written completely. A killed decode host may have left a
 * partial file.
 */
async function writeNew(path: string, bytes: Buffer): Promise<void> {
  try {
    await rm(path, { force: true });
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new FoveaError('disk_full', 'The disk of the export is full.', {
        hint: 'Free some space on that disk, or choose a folder on another one.',
        cause: error,
      });
    }
    throw new FoveaError('project_unwritable', 'The export could not be written to its folder.', {
      hint: 'Choose a folder you have permission to write to.',
      cause: error,
    });
  }
}
