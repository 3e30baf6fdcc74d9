import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createGrants } from '../services/core/grants';
import { createBrowsing } from './browse';

const root = mkdtempSync(join(tmpdir(), 'fovea-browse-'));
mkdirSync(join(root, 'scans', 'first'), { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const browse = (path: string) => createBrowsing(createGrants())['platform.browse']({ path });

describe('the file picker of the browser', () => {
  it('reports the missing part of a path, and nothing of the folders above', async () => {
    await expect(browse(join(root, 'scans', 'no', 'such', 'folder'))).rejects.toMatchObject({
      message: `There is no “${join('no', 'such', 'folder')}” in “scans”.`,
    });
    expect((await browse(join(root, 'scans'))).entries.map(({ name }) => name)).toEqual(['first']);
  });
});
