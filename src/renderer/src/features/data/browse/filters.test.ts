import { describe, expect, it } from 'vitest';
import type { ImageFilter } from '#shared/models/dataset';
import { classWarning, filterChips, normaliseFilter, toggleFilter, toggleLabel, withoutFilter } from './filters';

describe('filters', () => {
  it('drops empty values, so that equal filters are equal', () => {
    expect(normaliseFilter({ text: '  ', unlabelled: false })).toEqual({});
    expect(normaliseFilter({ text: ' mass ', split: null })).toEqual({ text: 'mass', split: null });
  });

  it('toggles one value and keeps the others', () => {
    const filter: ImageFilter = { text: 'a', split: 'train' };
    expect(toggleFilter(filter, 'split', 'test')).toEqual({ text: 'a', split: 'test' });
    expect(toggleFilter(filter, 'split', 'train')).toEqual({ text: 'a' });
    expect(withoutFilter(filter, 'text')).toEqual({ split: 'train' });
  });

  it('makes a class and "unlabelled" exclude each other', () => {
    const benign = toggleLabel({}, 'benign');
    expect(benign).toEqual({ label: 'benign' });
    expect(toggleLabel(benign, null)).toEqual({ unlabelled: true });
    expect(toggleLabel({ unlabelled: true }, 'normal')).toEqual({ label: 'normal' });
    expect(toggleLabel({ unlabelled: true }, null)).toEqual({});
  });

  it('names the active filters', () => {
    expect(filterChips({ ids: [1, 2], split: null, patient: 4 }, null).map(({ text }) => text)).toEqual([
      '2 selected images',
      'No split',
      'Patient 4',
    ]);
    expect(filterChips({ ids: [1] }, 'benign called malignant')[0]?.text).toBe('benign called malignant');
  });

  it('warns below 100 and strongly below 50 images per class', () => {
    expect([49, 50, 99, 100].map(classWarning)).toEqual(['too-few', 'few', 'few', 'none']);
  });
});
