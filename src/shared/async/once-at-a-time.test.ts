import { expect, it } from 'vitest';
import { onceAtATime } from './once-at-a-time';

it('runs once while a result is pending, and again after it or after a failure', async () => {
  const once = onceAtATime();
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const ask = (key: string) =>
    once(key, () => new Promise<void>((resolve, reject) => answers.push({ resolve, reject })));
  ask('run');
  ask('run');
  expect(answers).toHaveLength(1);
  ask('another run');
  expect(answers).toHaveLength(2);
  answers[0]?.resolve();
  await Promise.resolve();
  ask('run');
  expect(answers).toHaveLength(3);
  answers[2]?.reject(new Error('no'));
  await Promise.resolve();
  ask('run');
  expect(answers).toHaveLength(4);
});
