// @vitest-environment happy-dom
import { act, screen, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { Job } from '#shared/ipc/contract';
import type { BatchCheck } from '#shared/models/batch-check';
import { recordJob } from '../../../state/activity';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { defaultDraft } from '../parts/draft-store';
import { PipelineCheck } from './pipeline-check';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const channel = { mean: -0.25, standardDeviation: 0.75 };
const statistics = { minimum: -2.118, maximum: 2.64, mean: -0.25, notFinite: 0, channels: [channel, channel, channel] };
const check: BatchCheck = {
  shape: [10, 3, 224, 224],
  pipeline: defaultPipeline(224),
  views: (['evaluation', 'augmented'] as const).map((kind) => ({
    kind,
    statistics,
    pictures: [
      { image: 3, label: 'benign', png: 'AAAA' },
      { image: 5, label: 'malignant', png: 'BBBB' },
    ],
  })),
};

const announce = (state: Job['state']) =>
  act(async () =>
    recordJob({
      id: 'j',
      name: 'runs.checkBatch',
      subject: { project: 'p' },
      state,
      progress: { kind: 'starting' },
      error: null,
    } as Job),
  );

async function open(result = check) {
  main.answer('runs.checkBatch', { job: 'j' });
  main.answer('jobs.list', { jobs: [] });
  main.answer('jobs.result', () => result);
  const { user } = renderComponent(<PipelineCheck project="p" draft={{ ...defaultDraft, fit: 'crop' }} />);
  await user.click(screen.getByRole('button', { name: 'Check pipeline' }));
  const dialog = await screen.findByRole('dialog');
  await announce('running');
  expect(within(dialog).getByText('Preparing a batch')).toBeDefined();
  await announce('done');
  return dialog;
}

beforeEach(() => main.reset());

it('shows the batch of the settings in the form', async () => {
  const dialog = await open();
  const augmented = await within(dialog).findByRole('region', { name: 'Augmented, as in training' });
  expect(main.asked('runs.checkBatch')).toMatchObject([{ project: 'p', config: { fit: 'crop' } }]);
  expect(within(dialog).getByText('10 images × 3 channels × 224 × 224 px')).toBeDefined();
  expect(within(augmented).getByText('malignant')).toBeDefined();
  expect(
    within(augmented)
      .getAllByRole('img')
      .map((img) => img.getAttribute('src')),
  ).toEqual(['data:image/png;base64,AAAA', 'data:image/png;base64,BBBB']);
  expect(within(augmented).getByText('-2.118')).toBeDefined();
  expect(within(augmented).getByText('0.750, 0.750, 0.750')).toBeDefined();
  expect(within(dialog).queryByText('Some values are not numbers')).toBeNull();
});

it('warns of values that are not numbers', async () => {
  const broken = check.views.map((view) => ({ ...view, statistics: { ...statistics, minimum: null, notFinite: 7 } }));
  const dialog = await open({ ...check, views: broken });
  expect(await within(dialog).findByText('Some values are not numbers')).toBeDefined();
});
