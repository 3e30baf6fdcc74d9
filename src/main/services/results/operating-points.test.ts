import { mkdirSync } from 'node:fs';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { CasePrediction, Evaluation } from '#shared/models/run';
import { referenceCases } from '#shared/statistics/reference-cases';
import { auditEntries } from '../../store/audit';
import { audit } from '../project/audit';
import { runFolder } from '../project/project-paths';
import { removeEvaluations } from '../run-records/run-files';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject } from '../test-support/project';
import { TEST_OPENED } from './evaluate-run';
import { createOperatingPoints } from './operating-points';

const opened = await openTestProject();
const { project } = opened;
afterAll(() => opened.close());

const folder = runFolder(project.folder, 'r');
beforeEach(async () => {
  mkdirSync(folder, { recursive: true });
  await removeEvaluations(folder);
});

const cases = referenceCases(156, 7, false).map((one, image): CasePrediction => ({ ...one, image }));
const points = createOperatingPoints({
  runs: { get: async () => ({}) as never },
  evaluations: {
    get: async () => ({ evaluatedAt: '2026-12-01T00:00:00Z' }) as Evaluation,
    cases: async () => cases,
  },
  background: inThisThread(),
});
const task = { positive: [1], negative: [0, 2] };

it('binds a run to the threshold that its rule chooses, and records who did', async () => {
  expect(await points.get(project, 'r')).toBeNull();
  const rule = { kind: 'youden' } as const;
  const sealed = await points.seal(project, 'r', { task, rule, by: 'A. Name' });
  expect(sealed).toMatchObject({ threshold: expect.closeTo(0.405615, 6), by: 'A. Name', testOpenings: 0 });
  expect(await points.get(project, 'r')).toEqual(sealed);
  expect(auditEntries(project.store, 1)[0]).toMatchObject({
    action: 'operating-point.seal',
    detail: { run: 'r', threshold: sealed.threshold, by: 'A. Name' },
  });
});

it('says that the test set had been opened before', async () => {
  audit(project, TEST_OPENED, { run: 'another', images: 3, by: null });
  audit(project, TEST_OPENED, { run: 'r', images: 3, by: null });
  const sealed = await points.seal(project, 'r', { task, rule: { kind: 'youden' }, by: null });
  expect(sealed.testOpenings).toBe(1);
});

it('refuses a rule that no threshold fulfils, and a class that the model lacks', async () => {
  const rule = { kind: 'sensitivity', atLeast: 1, lowerBound: 0.99 } as const;
  await expect(points.seal(project, 'r', { task, rule, by: null })).rejects.toMatchObject({ code: 'no_threshold' });
  const unknown = points.choose(project, 'r', { positive: [5], negative: [0] }, { kind: 'youden' });
  await expect(unknown).rejects.toMatchObject({ code: 'class_unknown' });
  expect(await points.get(project, 'r')).toBeNull();
});

it('forgets the point when the model changes', async () => {
  await points.seal(project, 'r', { task, rule: { kind: 'youden' }, by: null });
  await removeEvaluations(folder);
  expect(await points.get(project, 'r')).toBeNull();
});
