import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../engine-host/core/file-errors';
import { readRegularFile } from '../../engine-host/models/regular-file';

/** Far above any real licence or model card. */
export const MAX_DOCUMENT_BYTES = 2 ** 20;

/** Whether a file of a checkpoint's folder is its licence or its model card, which stay with the weights. */
export const isDocument = (file: string): boolean =>
  /^(licen[cs]e|notice|copying|model[-_]card|readme)(\.(md|txt))?$/i.test(file);

const isModelCard = (file: string): boolean => /^(model[-_]card|readme)/i.test(file);

/** What the documents of a checkpoint's folder say about it. */
export interface ModelCard {
  /** Names of the documents, model cards first. */
  readonly documents: readonly string[];
  /** Null if no document names a licence. */
  readonly licence: string | null;
  /** First paragraph of the model card, as plain text; null without one. */
  readonly summary: string | null;
}

/** Reads the documents among `names`. Those that cannot be read or are too large are left out. */
export async function readModelCard(folder: string, names: readonly string[]): Promise<ModelCard> {
  const found = names.filter(isDocument).sort((a, b) => Number(isModelCard(b)) - Number(isModelCard(a)));
  const documents: string[] = [];
  let licence: string | null = null;
  let summary: string | null = null;
  for (const file of found) {
    const text = await readDocument(folder, file).catch(() => null);
    if (text === null) continue;
    documents.push(file);
    licence ??= isModelCard(file) ? licenceOfCard(text) : knownLicence(text);
    if (isModelCard(file)) summary ??= firstParagraph(text);
  }
  return { documents, licence, summary };
}

/** @throws FoveaError `not_a_file`, `file_too_large`, and the system's errors */
export const readDocument = (folder: string, file: string): Promise<string> =>
  readRegularFile(join(folder, file), file, MAX_DOCUMENT_BYTES);

export async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** The block between two lines of `---` at the start of a card on the Hugging Face hub. */
const frontMatterOf = (text: string): string => /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';

/** Licences by the hub's identifiers, with their SPDX spelling. */
const spdx: Readonly<Record<string, string>> = {
  'apache-2.0': 'Apache-2.0',
  mit: 'MIT',
  'bsd-3-clause': 'BSD-3-Clause',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-nc-4.0': 'CC-BY-NC-4.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
};

/** `license` of the card's metadata, or `license_name` if that is `other`. */
function licenceOfCard(text: string): string | null {
  const fields = frontMatterOf(text);
  const field = (name: string) =>
    new RegExp(`^${name}:[ \\t]*['"]?([^'"\\r\\n]{1,100}?)['"]?[ \\t]*$`, 'm').exec(fields)?.[1] ?? null;
  const licence = field('license');
  const named = licence === 'other' ? (field('license_name') ?? licence) : licence;
  return named === null ? null : (spdx[named.toLowerCase()] ?? named);
}

/** Recognises the text of the two most common licences. */
function knownLicence(text: string): string | null {
  const start = text.slice(0, 500);
  if (/Apache License\s+Version 2\.0/i.test(start)) return 'Apache-2.0';
  if (/\bMIT License\b/i.test(start)) return 'MIT';
  return null;
}

const MAX_SUMMARY = 300;

/** The first paragraph of a card that is prose, without Markdown's marks. */
function firstParagraph(text: string): string | null {
  const body = text.slice(text.indexOf(frontMatterOf(text)) + frontMatterOf(text).length).replace(/^\s*---/, '');
  const paragraph = body
    .replace(/<!--[\s\S]*?-->/g, '')
    .split(/\r?\n\s*\r?\n/)
    .map((block) => block.trim())
    .find((block) => /^[\p{L}*_[`]/u.test(block));
  if (paragraph === undefined) return null;
  const plain = paragraph
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]/g, '')
    .replace(/\s+/g, ' ');
  return plain.length <= MAX_SUMMARY ? plain : `${plain.slice(0, MAX_SUMMARY - 1)}…`;
}
