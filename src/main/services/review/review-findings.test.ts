import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ReviewFinding, type ReviewReason, reviewReasons } from '#shared/models/review';
import { packList } from '../background/packed-list';
import { Findings, packFindings } from './review-findings';

const finding = (image: number, reason: ReviewReason, weight: number): ReviewFinding => ({
  image,
  reason,
  why: `Image ${image} for “${reason}”.`,
  weight,
  evidence: `${image}`,
  suggestion: null,
  beside: [image + 1],
});

it('lists by reason, then the most certain first, and finds each by its image', () => {
  const given = fc.uniqueArray(
    fc.record({
      image: fc.integer({ min: 1, max: 60 }),
      reason: fc.constantFrom(...reviewReasons),
      weight: fc.constantFrom(0, 0.25, 0.5, 1),
    }),
    { selector: ({ image, reason }) => `${image} ${reason}` },
  );
  fc.assert(
    fc.property(given, (asked) => {
      const all = asked.map(({ image, reason, weight }) => finding(image, reason, weight));
      const findings = new Findings(structuredClone(packFindings(all, [])));
      const inOrder = reviewReasons.flatMap((reason) =>
        all.filter((one) => one.reason === reason).sort((a, b) => b.weight - a.weight),
      );
      expect([...findings.list()].map((one) => one.read())).toEqual(inOrder);
      for (const reason of reviewReasons) {
        const own = all.filter((one) => one.reason === reason);
        expect(findings.count(reason)).toBe(own.length);
        expect([...findings.list(reason)].map(({ image }) => image)).toEqual(
          inOrder.filter((one) => one.reason === reason).map(({ image }) => image),
        );
        for (let image = 0; image <= 61; image++) {
          const wanted = own.find((one) => one.image === image) ?? null;
          expect(findings.find(reason, image)).toEqual(wanted);
          expect(findings.has(reason, image)).toBe(wanted !== null);
        }
      }
    }),
    { numRuns: 30 },
  );
});

it('is empty without findings', () => {
  const findings = new Findings(packFindings([], []));
  expect([...findings.list()]).toEqual([]);
  expect(findings.find('odd-picture', 1)).toBeNull();
  expect(packList([]).bytes).toHaveLength(0);
});
