import { describe, expect, it } from 'vitest';
import type { EpochRecord, StepRecord } from '#shared/models/run';
import { appendRecords, emptyLog } from './training-log';

const step = (at: number, loss = 1): StepRecord => ({
  kind: 'step',
  step: at,
  epoch: at / 10,
  stage: 0,
  loss,
  learningRate: 1e-3,
  gradientNorm: 1,
  imagesPerSecond: 10,
  memoryMB: 100,
});
const epoch = (number: number): EpochRecord => ({
  kind: 'epoch',
  epoch: number,
  step: number * 10,
  stage: 0,
  trainLoss: 1,
  validationLoss: 1,
  metrics: { accuracy: 0.5, macroF1: 0.5, macroRecall: 0.5, auc: null, loss: 1 },
  isBest: false,
  seconds: 1,
});

describe('appendRecords', () => {
  it('sorts records into steps, epochs and notes', () => {
    const log = appendRecords(emptyLog, [step(5), step(10), epoch(1), { kind: 'note', at: 'now', message: 'hello' }]);
    expect(log.steps.map((record) => record.step)).toEqual([5, 10]);
    expect(log.epochs).toHaveLength(1);
    expect(log.notes).toEqual([{ at: 'now', message: 'hello' }]);
  });

  it('drops records that a resumed run repeats', () => {
    const first = appendRecords(emptyLog, [step(5), step(10), epoch(1), step(15), step(20), epoch(2), step(25)]);
    const resumed = appendRecords(first, [step(15, 2), step(20, 2)]);
    expect(resumed.steps.map((record) => [record.step, record.loss])).toEqual([
      [5, 1],
      [10, 1],
      [15, 2],
      [20, 2],
    ]);
    expect(resumed.epochs.map((record) => record.epoch)).toEqual([1]);
    expect(appendRecords(resumed, [epoch(2)]).epochs.map((record) => record.epoch)).toEqual([1, 2]);
  });

  it('leaves the old log unchanged', () => {
    const log = appendRecords(emptyLog, [step(5)]);
    appendRecords(log, [step(5, 9)]);
    expect(log.steps[0]?.loss).toBe(1);
    expect(appendRecords(log, [])).toBe(log);
  });
});
