import { basename, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openTestProject } from '../test-support/project';
import { createProposedProjects } from './proposed-projects';

const opened = await openTestProject();
const { root, projects } = opened;
afterAll(() => opened.close());

it('creates projects under free names, in its folder', async () => {
  const projectsFolder = join(root, 'Fovea');
  const proposed = createProposedProjects({ projects, projectsFolder });
  expect(proposed.propose('BUSI: 2026')).toEqual({ name: 'BUSI: 2026', place: projectsFolder });
  const first = await proposed.create('BUSI: 2026');
  expect([first.name, basename(first.folder)]).toEqual(['BUSI: 2026', 'BUSI 2026']);
  expect(proposed.propose('BUSI: 2026').name).toBe('BUSI: 2026 2');
  const second = await proposed.create('BUSI: 2026');
  expect([second.name, basename(second.folder)]).toEqual(['BUSI: 2026 2', 'BUSI 2026 2']);
  expect(proposed.propose().name).toBe('My project');
  expect(proposed.propose('  ').name).toBe('My project');
});
