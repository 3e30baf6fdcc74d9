import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type GoodFile, goodFiles } from '../../src/main/ingest/test-support/good-files';
import { sharedData } from '../../src/main/ingest/test-support/shared-data';

/** Mutations of larger files are slow and add no variety. */
const MAX_BYTES = 300_000;

/** Good files to mutate: our own, and the reference files of every codec if they are next to the checkout. */
export async function fuzzSources(): Promise<GoodFile[]> {
  return [...(await goodFiles()), ...['dicom/pydicom', 'dicom/cornerstone'].flatMap(referenceFiles)];
}

function referenceFiles(name: string): GoodFile[] {
  const { path, missing, why } = sharedData(name);
  if (missing) {
    console.log(`Without the reference files of other codecs${why}.`);
    return [];
  }
  return readdirSync(path)
    .map((file) => join(path, file))
    .filter((file) => statSync(file).isFile() && statSync(file).size <= MAX_BYTES)
    .map((file) => ({ name: basename(file), kind: 'dicom' as const, bytes: readFileSync(file) }))
    .filter(({ bytes }) => bytes.toString('latin1', 128, 132) === 'DICM');
}
