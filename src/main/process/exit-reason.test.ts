import { describe, expect, it } from 'vitest';
import { exitReason } from './exit-reason';

describe('exitReason', () => {
  it.each([
    [null, 'SIGKILL', 'was killed (SIGKILL), usually because memory ran out'],
    [null, 'SIGSEGV', 'crashed (SIGSEGV)'],
    [null, 'SIGTERM', 'was terminated by another program (SIGTERM)'],
    [3, null, 'exited with code 3'],
    [0, null, 'exited before its work was done (exit code 0)'],
  ])('%s %s', (code, signal, sentence) => {
    expect(exitReason(code, signal)).toBe(sentence);
  });
});
