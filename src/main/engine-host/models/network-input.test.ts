import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeBackbone, loadBackbone } from './load-backbone';
import { readInputSize } from './network-input';
import { smallConfig, writeCheckpointFolder } from './test-checkpoint';

const root = mkdtempSync(join(tmpdir(), 'fovea-input-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A checkpoint whose position grid is of 32 pixels, and whose processor cuts `crop` from a shortest edge of `edge`. */
function folderWith(edge: number, crop: number): string {
  const folder = writeCheckpointFolder(mkdtempSync(join(root, 'c-')));
  const processor = { image_processor_type: 'BitImageProcessor', size: { shortest_edge: edge }, crop_size: crop };
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
  return folder;
}
const classes = ['a', 'b'];
const source = (folder: string) => ({ kind: 'folder', folder }) as const;

describe('the image size of a run', () => {
  it('is what the image processor gives the network, not the position grid', async () => {
    const folder = folderWith(20, 16);
    const { config, preparation, preparationFile, parameters } = await loadBackbone(source(folder), classes, 1, null);
    expect(config.imageSize).toBe(16);
    expect(preparation).toMatchObject({ height: 16, width: 16, fit: { kind: 'shortest-edge', edge: 20 } });
    expect(preparationFile).toBe('preprocessor_config.json');
    expect(parameters.get('vit.embeddings.position_embeddings')?.shape).toEqual([1, 2, smallConfig.hiddenSize]);
    expect(await readInputSize(folder)).toBe(16);
  });

  it('scales the resize and the crop together', async () => {
    const { config, preparation } = await describeBackbone(source(folderWith(20, 16)), classes, 64);
    expect(config.imageSize).toBe(64);
    expect(preparation).toMatchObject({ height: 64, width: 64, fit: { kind: 'shortest-edge', edge: 80 } });
  });

  it('is that of the position grid if patches do not fill it, with a note', async () => {
    const { config, preparation, notes } = await describeBackbone(source(folderWith(30, 24)), classes, null);
    expect(config.imageSize).toBe(32);
    expect(preparation.fit).toEqual({ kind: 'shortest-edge', edge: 40 });
    expect(notes.join(' ')).toContain('24 pixels, which patches of 16 do not fill');
  });
});
