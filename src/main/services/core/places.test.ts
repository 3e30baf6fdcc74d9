import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectsFolder } from './places';

describe('the default folder for projects', () => {
  it('is easy to find, or inside FOVEA_HOME if set', () => {
    expect(projectsFolder({}, join('/home', 'anna'))).toBe(join('/home', 'anna', 'Fovea'));
    expect(projectsFolder({ FOVEA_HOME: '' }, join('/home', 'anna'))).toBe(join('/home', 'anna', 'Fovea'));
    expect(projectsFolder({ FOVEA_HOME: join('/srv', 'fovea') }, join('/home', 'anna'))).toBe(
      join('/srv', 'fovea', 'projects'),
    );
  });
});
