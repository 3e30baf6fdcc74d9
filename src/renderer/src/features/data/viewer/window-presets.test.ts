import { describe, expect, it } from 'vitest';
import { presetOf, stepPreset, windowPresets } from './window-presets';

const tag = (name: string, value: string) => ({ tag: name, keyword: '', vr: 'DS', value, identifying: false });
const image = { colour: false, modality: 'CT', range: { min: -1024, max: 3071 }, tags: [] };

describe('window presets', () => {
  it('are those of the file, the full range, and the usual ones of CT', () => {
    const tags = [tag('(0028,1050)', '40\\-600 '), tag('(0028,1051)', '400\\1500'), tag('(0028,1055)', 'BODY\\LUNGS')];
    const presets = windowPresets({ ...image, tags });
    expect(presets.slice(0, 3)).toEqual([
      { name: 'File default', window: null },
      { name: 'LUNGS', window: { center: -600, width: 1500 } },
      { name: 'Full range', window: { center: 1024, width: 4096 } },
    ]);
    expect(presets.map(({ name }) => name)).toContain('Bone');
    expect(windowPresets({ ...image, modality: 'US' }).map(({ name }) => name)).toEqual(['File default', 'Full range']);
  });

  it('leave out invalid windows', () => {
    const tags = [tag('(0028,1050)', '40\\x\\10\\20'), tag('(0028,1051)', '400\\1500\\0')];
    expect(windowPresets({ ...image, modality: 'MR', tags })).toHaveLength(2);
  });

  it('do not apply to colour images', () => {
    expect(windowPresets({ ...image, colour: true })).toEqual([]);
  });

  it('are cycled through in order', () => {
    const presets = windowPresets({ ...image, modality: 'MR' });
    expect(stepPreset(presets, null, 1)?.name).toBe('Full range');
    expect(stepPreset(presets, { center: 1024, width: 4096 }, 1)?.name).toBe('File default');
    expect(stepPreset(presets, null, -1)?.name).toBe('Full range');
    expect(stepPreset(presets, { center: 1, width: 2 }, 1)?.name).toBe('File default');
    expect(presetOf(presets, { center: 1, width: 2 })).toBe(-1);
    expect(stepPreset([], null, 1)).toBeNull();
  });
});
