// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { type ImportPlan, importOptionsSchema } from '#shared/models/dataset';
import type { TableQuestion } from '#shared/models/label-table';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { ImportDialog } from './import-dialog';
import type { ImportFlow } from './import-flow';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const plan: ImportPlan = {
  id: 'plan 1',
  files: 10,
  kinds: { dicom: 10 },
  bytes: 1000,
  layout: 'class-folders',
  classes: [
    { label: 'Benign', files: 6 },
    { label: 'malignant', files: 4 },
  ],
  splits: [],
  ignored: [],
  alreadyKnown: 0,
  warnings: [],
};
const spelling = (name: string) => ({ name, times: 3, present: false });
const defaults = importOptionsSchema.parse({});

function preview(plan: ImportPlan) {
  const start = vi.fn<ImportFlow['start']>();
  const flow = { stage: { kind: 'plan', plan }, start, close: () => {} } as Partial<ImportFlow> as ImportFlow;
  return { start, ...renderComponent(<ImportDialog project="p" flow={flow} />) };
}
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });
const choose = async (user: UserEvent, list: string, option: string) => {
  await user.click(screen.getByRole('combobox', { name: list }));
  await user.click(await screen.findByRole('option', { name: option }));
};
const questionLink = () => screen.queryByRole('button', { name: 'Answer the question above to continue' });

it('asks whether similar names are one class before the import may start, and leads to the question', async () => {
  const similarNames = [{ name: 'Benign', spellings: [spelling('Benign'), spelling('benign')] }];
  const { user, start } = preview({ ...plan, similarNames });
  expect(button('Import 10 images').disabled).toBe(true);
  await user.click(questionLink() as HTMLElement);
  expect(document.activeElement).toBe(screen.getByLabelText('Yes, use “Benign”'));
  await user.click(screen.getByLabelText('No, keep separate classes'));
  expect(questionLink()).toBeNull();
  await user.click(button('Import 10 images'));
  expect(start).toHaveBeenCalledWith({ ...defaults, classNames: 'keep' }, null);
});

it('leads to the first question about patients that is still open', async () => {
  const question = (name: TableQuestion['name']) => ({ name, text: name, answers: [{ value: 'yes', text: 'Yes' }] });
  main.answer('dataset.readPattern', {
    changes: { before: 2, after: 3, unknown: 0, split: 0, merged: 0, idsWrittenOtherwise: 0, idsRounded: 0 },
    problems: [],
    questions: [question('patients'), question('sites')],
  });
  const { user, start } = preview(plan);
  await choose(user, 'Patient from', 'Folder name');
  const [first, second] = await screen.findAllByLabelText('Yes');
  expect(button('Import 10 images').disabled).toBe(true);
  await user.click(first as HTMLElement);
  await user.click(questionLink() as HTMLElement);
  expect(document.activeElement).toBe(second);
  await user.click(second as HTMLElement);
  await user.click(button('Import 10 images'));
  expect(start.mock.calls[0]?.[0]).toMatchObject({ answers: { patients: 'yes', sites: 'yes' } });
});

it('imports nothing where all files are known, unless further frames of them may be new', async () => {
  const { user, start } = preview({ ...plan, alreadyKnown: 10 });
  expect(button('Nothing new to import').disabled).toBe(true);
  await choose(user, 'Multi-frame DICOM files', 'All frames');
  await user.click(button('Import 10 files'));
  expect(start).toHaveBeenCalledWith({ ...defaults, frames: { kind: 'all' } }, null);
});

it('does not import with a pattern that names no patient', async () => {
  const { user } = preview(plan);
  await choose(user, 'Patient from', 'Custom pattern');
  await user.clear(screen.getByLabelText('Patient pattern'));
  await user.type(screen.getByLabelText('Patient pattern'), 'a+');
  expect(screen.getByText(/Put parentheses around the part/)).toBeTruthy();
  expect(button('Import 10 images').disabled).toBe(true);
});
