// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { DatasetSummary, SplitSummary } from '#shared/models/dataset';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { SplitDialog } from './split-dialog';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const each = <Value,>(value: Value) => ({ train: value, validation: value, test: value });
const split: SplitSummary = {
  id: 1,
  seed: 42,
  group: 'patient',
  createdAt: '2026-11-30T12:00:00Z',
  counts: each({ benign: 5 }),
  outside: 0,
  patients: each(4),
  withoutPatient: each(0),
  keepDuplicatesTogether: true,
  groupsAcrossSplits: 0,
  patientsAcrossSplits: 0,
  duplicatesAcrossSplits: 0,
  deviation: 0,
  heldOut: null,
  signOff: null,
  warnings: [],
};
/** The fields that the dialog reads. */
const summary = (current: SplitSummary | null) =>
  ({
    images: 15,
    unlabelled: 0,
    classes: [{ label: 'benign', images: 15, patients: null, withoutPatient: 15 }],
    duplicates: { groups: 0, images: 0, conflicts: 0, leaks: 0, kept: 0, suspected: 0 },
    split: current,
  }) as Partial<DatasetSummary> as DatasetSummary;

const open = (current: SplitSummary | null) =>
  renderComponent(<SplitDialog opened project="p" summary={summary(current)} onClose={() => {}} />);
const button = () => screen.getByRole<HTMLButtonElement>('button', { name: /Create split|Split again/ });

beforeEach(() => main.answer('dataset.origins', { origins: [] }));

it('leaves at least 5 % for training', async () => {
  main.answer('dataset.split', split);
  const { user } = open(null);
  const type = async (label: string, text: string) => {
    await user.clear(screen.getByLabelText(label));
    await user.type(screen.getByLabelText(label), text);
  };
  await type('Validation', '80');
  await type('Test', '16');
  expect(button().disabled).toBe(true);
  expect(screen.getByText('Only 4 % is left for training. Leave at least 5 %.')).toBeTruthy();
  await type('Test', '15');
  expect(button().disabled).toBe(false);
  await user.click(button());
  expect(main.asked('dataset.split')).toMatchObject([{ project: 'p', request: { validation: 0.8, test: 0.15 } }]);
  await screen.findByRole('button', { name: 'Split again' });
});

it('does not split while a field shows a value that the split would not have', async () => {
  const { user } = open(null);
  await user.clear(screen.getByLabelText('Seed'));
  expect(button().disabled).toBe(true);
  expect(screen.getByText('Seed: Type a whole number')).toBeTruthy();
  await user.keyboard('{Enter}');
  expect(main.asked('dataset.split')).toEqual([]);
  await user.type(screen.getByLabelText('Seed'), '7');
  expect(button().disabled).toBe(false);
});

it('claims to keep patients together only where patients are known', () => {
  const { unmount } = open(split);
  expect(screen.getByText(/patients kept together/)).toBeTruthy();
  unmount();
  open({ ...split, patients: each(null), withoutPatient: each(5) });
  expect(screen.queryByText(/kept together,|patients kept together/)).toBeNull();
  expect(screen.getAllByText(/patients unknown/)).toHaveLength(2);
  expect(screen.getAllByRole('cell', { name: 'unknown' })).toHaveLength(3);
});

it('offers to add new images, and says which have to stay out', async () => {
  const addition = { train: 6, validation: 2, leftOut: { testGroup: 3, heldOut: 0 } };
  main.answer('dataset.splitAddition', { addition });
  main.answer('dataset.addToSplit', addition);
  const { user } = open({ ...split, outside: 11 });
  expect(await screen.findByText('11 labelled images outside this split')).toBeTruthy();
  expect(screen.getByText('3 images stay out: their patient, or a duplicate, is in the test set.')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Add 8 new images to this split' }));
  expect(main.asked('dataset.addToSplit')).toEqual([{ project: 'p' }]);
  expect(main.asked('dataset.split')).toEqual([]);
});
