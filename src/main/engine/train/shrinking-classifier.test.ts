import { expect, it } from 'vitest';
import { outOfMemory } from '../backends/out-of-memory';
import type { Classification, Classifier } from './classification';
import { createShrinkingClassifier } from './shrinking-classifier';

/** Returns sums of an image's two pixels; fails with more than `room` images, either on creation or on a run. */
function classifierOf(room: number, when: 'made' | 'run') {
  const made: number[] = [];
  let open = 0;
  const create = async (batch: number): Promise<Classifier> => {
    if (when === 'made' && batch > room) throw outOfMemory('classifier', new Error('out of memory'));
    made.push(batch);
    open += 1;
    return {
      run: async (pixels, count): Promise<Classification> => {
        if (batch > room) throw outOfMemory('classifier', new Error('out of memory'));
        expect(count).toBeLessThanOrEqual(batch);
        const sums = Float32Array.from({ length: count }, (_, i) => (pixels[2 * i] ?? 0) + (pixels[2 * i + 1] ?? 0));
        const twice = sums.map((sum) => 2 * sum);
        return { logits: sums, features: twice, attentions: [sums, twice], hiddenStates: [twice] };
      },
      dispose: async () => {
        open -= 1;
      },
    };
  };
  return { create, made, open: () => open };
}

const pairs = { imageLength: 2, shrinksOnlyAtCreation: false };
const pixels = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
const sums = [1, 5, 9, 13, 17];

it.each(['made', 'run'] as const)('computes fewer images at a time if memory runs out when it is %s', async (when) => {
  const { create, made, open } = classifierOf(2, when);
  const classifier = await createShrinkingClassifier(create, { batch: 5, ...pairs });
  for (let again = 0; again < 2; again += 1) {
    const answer = await classifier.run(pixels, 5);
    expect([...answer.logits]).toEqual(sums);
    expect([...answer.features]).toEqual(sums.map((sum) => 2 * sum));
    expect(answer.attentions.map((values) => [...values])).toEqual([sums, sums.map((sum) => 2 * sum)]);
    expect(answer.hiddenStates.map((values) => [...values])).toEqual([sums.map((sum) => 2 * sum)]);
  }
  expect(made).toEqual(when === 'run' ? [5, 3, 2] : [2]);
  expect(open()).toBe(1);
  await classifier.dispose();
  expect(open()).toBe(0);
});

it('fails if not even one image fits, and passes on other errors', async () => {
  const none = await createShrinkingClassifier(classifierOf(0, 'run').create, { batch: 4, ...pairs });
  await expect(none.run(pixels, 5)).rejects.toMatchObject({ code: 'out-of-memory' });
  await expect(
    createShrinkingClassifier(() => Promise.reject(new Error('broken')), { batch: 4, ...pairs }),
  ).rejects.toThrow('broken');
});

it('releases its source on request, once a size that fits was found', async () => {
  const { create, made } = classifierOf(2, 'made');
  const classifier = await createShrinkingClassifier(create, { ...pairs, batch: 5, shrinksOnlyAtCreation: true });
  expect([...(await classifier.run(pixels, 5)).logits]).toEqual(sums);
  expect(made).toEqual([2]);
  const late = classifierOf(2, 'run');
  const full = await createShrinkingClassifier(late.create, { ...pairs, batch: 5, shrinksOnlyAtCreation: true });
  await expect(full.run(pixels, 5)).rejects.toMatchObject({ code: 'out-of-memory' });
});
