// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { DatasetSummary } from '#shared/models/dataset';
import { type ReviewCounts, type ReviewItem, type ReviewReason, reviewReasons } from '#shared/models/review';
import { ConfirmDialog } from '../../../components/confirm';
import { useToasts } from '../../../state/toasts';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { useLabelling } from '../parts/use-labelling';
import { ReviewView } from './review-view';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const item = (image: number, reason: ReviewReason, more: Partial<ReviewItem> = {}): ReviewItem => ({
  image,
  reason,
  why: `Reason of ${image}.`,
  weight: 1,
  evidence: '',
  suggestion: null,
  beside: [],
  path: `${image}.png`,
  label: 'benign',
  state: 'open',
  at: null,
  ...more,
});
const counts = Object.fromEntries(
  reviewReasons.map((reason) => [reason, { open: 0, deferred: 0, settled: 0 }]),
) as ReviewCounts;
const summary = { classes: [{ label: 'benign' }, { label: 'malignant' }] } as DatasetSummary;

function Review() {
  const labelling = useLabelling('p');
  const [reason, setReason] = useState<ReviewReason | null>(null);
  return (
    <>
      <ReviewView
        project="p"
        summary={summary}
        labelling={labelling}
        reason={reason}
        showResolved={false}
        onChange={(change) => setReason(change.reason ?? null)}
        onClose={() => {}}
      />
      <ConfirmDialog />
    </>
  );
}

const list = (findings: ReviewItem[]) =>
  main.answer('review.list', { findings, counts, mislabelSource: null, problems: [] });
const decisions = () => main.asked('review.judge').map(({ findings, decision }) => [findings[0]?.image, decision]);
const shows = (image: number) => screen.findByText(`Reason of ${image}.`);

beforeEach(() => {
  main.answer('dataset.lastAction', { action: null });
  main.answer('dataset.image', () => new Promise(() => {}));
  main.answer('review.judge', { changed: 1 });
});

it('decides by keys about the image that is shown, and goes on to the next', async () => {
  list([
    item(1, 'odd-picture'),
    item(2, 'suspected-mislabel', { suggestion: 'malignant' }),
    item(3, 'odd-picture'),
    item(4, 'odd-picture'),
    item(5, 'odd-picture'),
    item(6, 'odd-picture'),
  ]);
  const { user } = renderComponent(<Review />);
  await shows(1);
  // Image 1 has no suggestion, is no possible duplicate and not deferred, and there is no third class.
  await user.keyboard('skno3');
  await user.keyboard('a');
  await shows(2);
  await user.keyboard('s');
  await shows(3);
  await user.keyboard('{ArrowDown}');
  await shows(4);
  await user.keyboard('2');
  await shows(5);
  await user.keyboard('x');
  await shows(6);
  await user.keyboard('d');
  await waitFor(() =>
    expect(decisions()).toEqual([
      [1, { kind: 'accept' }],
      [2, { kind: 'relabel', label: 'malignant' }],
      [4, { kind: 'relabel', label: 'malignant' }],
      [5, { kind: 'exclude' }],
      [6, { kind: 'defer' }],
    ]),
  );
  await waitFor(() => expect(useToasts.getState().toasts.at(-1)?.message).toBe('Deferred to the end of the queue'));
});

it('asks of a possible duplicate whether it is one, by keys and buttons', async () => {
  list([item(1, 'possible-duplicate'), item(2, 'possible-duplicate'), item(3, 'odd-picture', { state: 'deferred' })]);
  const { user } = renderComponent(<Review />);
  await shows(1);
  const click = (name: RegExp) => user.click(within(screen.getByLabelText('Finding')).getByRole('button', { name }));
  await user.keyboard('ak');
  await shows(2);
  await click(/Not duplicates/);
  await shows(3);
  await click(/Reopen/);
  await waitFor(() =>
    expect(decisions()).toEqual([
      [1, { kind: 'same' }],
      [2, { kind: 'different' }],
      [3, { kind: 'reopen' }],
    ]),
  );
});

it('accepts all images of one reason after a confirmation', async () => {
  list([item(1, 'odd-picture'), item(2, 'odd-picture', { state: 'deferred' })]);
  const { user } = renderComponent(<Review />);
  await shows(1);
  expect(screen.queryByRole('button', { name: 'Accept all' })).toBeNull();
  await user.click(screen.getByRole('combobox', { name: 'Reason' }));
  await user.click(await screen.findByRole('option', { name: /^Unusual image/ }));
  await user.click(await screen.findByRole('button', { name: 'Accept all' }));
  await user.click(await screen.findByRole('button', { name: 'Cancel' }));
  await user.click(screen.getByRole('button', { name: 'Accept all' }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).getByText('Accept 2 images without review?')).toBeTruthy();
  // Keys belong to the dialog.
  await user.keyboard('x');
  expect(decisions()).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Accept all' }));
  await waitFor(() => expect(main.asked('review.judge')).toMatchObject([{ findings: [{ image: 1 }, { image: 2 }] }]));
  expect(decisions()).toEqual([[1, { kind: 'accept' }]]);
});
