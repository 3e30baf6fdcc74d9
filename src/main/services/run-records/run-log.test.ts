import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StepRecord } from '#shared/models/run';
import { logFile } from './run-files';
import { readRunLog } from './run-log';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-run-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (at: number, loss = 1): StepRecord => ({
  ...{ kind: 'step', step: at, epoch: at / 10, stage: 0, loss, learningRate: 1e-3, gradientNorm: 1 },
  ...{ imagesPerSecond: 10, memoryMB: 100 },
});
const line = (record: unknown) => `${JSON.stringify(record)}\n`;
const stepsOf = ({ records }: Awaited<ReturnType<typeof readRunLog>>) =>
  records.flatMap((record) => (record.kind === 'step' ? [record.step] : []));

it('is empty if nothing was written', async () => {
  expect(await readRunLog(folder, 0, 10)).toEqual({ records: [], next: 0 });
});

it('returns each line once to a follower, and a partial line once it is complete', async () => {
  writeFileSync(
    logFile(folder),
    line(step(1)) + line({ kind: 'note', at: 'now', message: 'größer' }) + line('no record'),
  );
  const first = await readRunLog(folder, 0, 10);
  expect(first.records.map(({ kind }) => kind)).toEqual(['step', 'note']);
  const whole = line(step(2));
  appendFileSync(logFile(folder), whole.slice(0, 20));
  const second = await readRunLog(folder, first.next, 10);
  expect(second).toEqual({ records: [], next: first.next });
  appendFileSync(logFile(folder), whole.slice(20) + line(step(3)));
  const third = await readRunLog(folder, second.next, 10);
  expect(stepsOf(third)).toEqual([2, 3]);
  expect(await readRunLog(folder, third.next, 10)).toEqual({ records: [], next: third.next });
});

it('replaces lines with those that a resumed run wrote again', async () => {
  writeFileSync(logFile(folder), [1, 2, 3].map((at) => line(step(at, 9))).join('') + line(step(2)) + line(step(3)));
  const { records } = await readRunLog(folder, 0, 10);
  expect(records.map((record) => record.kind === 'step' && [record.step, record.loss])).toEqual([
    [1, 9],
    [2, 1],
    [3, 1],
  ]);
});

it('thins a hundred thousand steps evenly, to the end', async () => {
  writeFileSync(logFile(folder), Array.from({ length: 100_000 }, (_, index) => line(step(index + 1))).join(''));
  const all = await readRunLog(folder, 0, 1000);
  const steps = stepsOf(all);
  expect(steps).toHaveLength(1000);
  expect(steps.at(-1)).toBe(100_000);
  appendFileSync(logFile(folder), line(step(100_001)));
  expect(stepsOf(await readRunLog(folder, all.next, 1000))).toEqual([100_001]);
});
