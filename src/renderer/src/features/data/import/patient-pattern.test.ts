import { describe, expect, it } from 'vitest';
import { patternPresets, tryPattern } from './patient-pattern';

const preset = (index: number) => patternPresets[index]?.pattern ?? '';
const found = (pattern: string, ...paths: string[]) => {
  const preview = tryPattern(pattern, paths);
  return preview.ok ? preview.matches.map(({ patient }) => patient) : preview.reason;
};

describe('patient pattern', () => {
  it('extracts the parts that the presets promise', () => {
    expect(found(preset(0), 'benign/p01_2.dcm', 'a_b/p02_3_4.png')).toEqual(['p01', 'p02']);
    expect(found(preset(1), 'x/MG-7-L.dcm')).toEqual(['MG']);
    expect(found(preset(2), 'benign (12)/benign (3).png', 'a/scan007b.dcm')).toEqual(['3', '007']);
    expect(found(preset(3), 'benign/patient 5/a.dcm', 'alone.dcm')).toEqual(['patient 5', null]);
  });

  it('prefers the group named patient', () => {
    expect(found('(\\d+)-(?<patient>\\d+)', 'site 3-44.dcm')).toEqual(['44']);
  });

  it('explains what is wrong with a pattern', () => {
    expect(found('(', 'a')).toMatch(/not a valid/);
    expect(found('abc', 'a')).toMatch(/parentheses/);
    expect(found('((a+)+)b', 'aaaa')).toMatch(/Nested repeats/);
  });
});
