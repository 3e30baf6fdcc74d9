import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readModelCard } from './model-card';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-card-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const card = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readModelCard(folder, readdirSync(folder));
};

it('reads licence and summary from the metadata and text of a hub card', async () => {
  const text = `---\nlicense: apache-2.0\ntags:\n- vision\n---\n\n# Model card\n\n<!-- a remark -->\n\nA **Vision Transformer** from [this paper](https://example.org), small.\n\nMore.\n`;
  expect(await card({ 'README.md': text, 'weights.txt': 'no document' })).toEqual({
    documents: ['README.md'],
    licence: 'Apache-2.0',
    summary: 'A Vision Transformer from this paper, small.',
  });
});

it('takes the named licence of a card that says "other", and its own card before a README', async () => {
  const found = await card({
    'README.md': '---\nlicense: mit\n---\nGeneral text.',
    'MODEL-CARD.md': '---\nlicense: other\nlicense_name: health-ai-developer-foundations\n---\nMade by us.',
    LICENSE: 'MIT License\n\nCopyright',
  });
  expect(found).toEqual({
    documents: ['MODEL-CARD.md', 'README.md', 'LICENSE'],
    licence: 'health-ai-developer-foundations',
    summary: 'Made by us.',
  });
});

it.each([
  [
    '                                 Apache License\n                           Version 2.0, January 2004',
    'Apache-2.0',
  ],
  ['MIT License\n\nCopyright (c) Someone', 'MIT'],
  ['All rights reserved.', null],
])('recognises a licence by its text: %#', async (text, licence) => {
  expect(await card({ 'LICENSE.txt': text })).toMatchObject({ documents: ['LICENSE.txt'], licence, summary: null });
});

it('leaves out a document that is far too large', async () => {
  expect(await card({ LICENSE: 'x'.repeat(2 ** 20 + 1) })).toEqual({ documents: [], licence: null, summary: null });
});
