import { describe, expect, it } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { createEvents } from '../services/core/events';
import { type ProgressMode, progressLine, showProgress } from './progress';
import { table } from './table';

const job: Job = {
  id: 'j',
  name: 'dataset.import',
  subject: { project: null, run: null, split: null },
  state: 'running',
  progress: { kind: 'working', phase: 'importing', part: null, done: 30, total: 120, rate: 12.34, etaSeconds: 75 },
  error: null,
};

function shown(mode: ProgressMode): string {
  const events = createEvents();
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const progress = showProgress(events, mode, { write, isTTY: true, columns: 200 });
  events.emit('job', job);
  events.emit('job', { ...job, state: 'done' });
  progress.end();
  events.emit('job', job);
  return text;
}

describe('progress', () => {
  it('draws and erases one line with share, rate and time left', () => {
    const bar = shown('bar');
    expect(bar).toContain(`[======${' '.repeat(18)}]  25 %  importing files  30/120  12.3/s  1 min 15 s left`);
    expect(bar.endsWith('\r\x1b[2K')).toBe(true);
    expect(bar).not.toContain('\n');
  });

  it('writes events as NDJSON, or nothing', () => {
    const lines = shown('json').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'job', ...job },
      { event: 'job', ...job, state: 'done' },
    ]);
    expect(shown('none')).toBe('');
  });

  it.each(['bar', 'none'] as const)('reports once that a run waits for disk space: %s', (mode) => {
    const events = createEvents();
    let text = '';
    showProgress(events, mode, {
      write: (part: string) => {
        text += part;
      },
    });
    const progress = {
      run: 'r',
      state: 'paused',
      phase: 'saving',
      step: 3,
      totalSteps: 9,
      epoch: 1,
      epochs: 3,
      imagesPerSecond: null,
      etaSeconds: null,
      counted: null,
      message: 'There is no room. Free 8 MB, then resume.',
    } as const;
    for (let i = 0; i < 3; i++) events.emit('run.progress', { project: 'p', progress });
    expect(text).toBe('There is no room. Free 8 MB, then resume.\n');
    // A requested pause is not reported.
    events.emit('run.progress', { project: 'p', progress: { ...progress, phase: 'done', message: null } });
    expect(text.split('\n')).toHaveLength(2);
  });

  it('fits the terminal and needs no total', () => {
    const step = { phase: 'reading files', done: 30, total: 120, rate: 12.34, etaSeconds: 75 };
    expect(progressLine({ ...step, total: null, rate: null, etaSeconds: null }, 80)).toBe('reading files  30');
    expect(progressLine(step, 20)).toHaveLength(19);
  });
});

describe('tables', () => {
  it('align numbers right and text left', () => {
    expect(
      table(
        ['class', 'n'],
        [
          ['über', 5],
          ['b', 120],
        ],
      ),
    ).toBe('class    n\nüber     5\nb      120');
  });

  it('keep a row on one line, whatever the file name', () => {
    const rows = [['a\nb\r.png', 1]] as const;
    expect(table(['file', 'n'], rows)).toBe('file        n\na\\nb\\r.png  1');
    expect(table(['file'], [['\u001b[31m\u2028\t\u0085ü']])).toBe('file\n\\x1b[31m\\u2028\\t\\x85ü');
  });
});
