// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { backboneSummarySchema } from '#shared/models/backbone';
import { recordJob } from '../../state/activity';
import { useToasts } from '../../state/toasts';
import { main } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { DistilCard } from './distil-card';
import { proposedName } from './distil-form';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const backbone = (name: string) =>
  backboneSummarySchema.parse({
    name,
    source: 'imported',
    pretrained: true,
    parameters: 22_000_000,
    imageSize: 224,
    patchSize: 14,
    hiddenSize: 384,
    layers: 12,
    heads: 6,
    downloadBytes: null,
    installed: true,
    licence: 'Apache-2.0',
    description: 'A model.',
  });
const dino = backbone('facebook/dinov2-small');
const taken = new Set([dino.name, 'vit-micro', 'dinov2-small, distilled']);
const job = (changes: Partial<Job> = {}): Job =>
  ({
    id: 'job',
    name: 'distillations.start',
    subject: { project: 'p', run: null, split: null },
    state: 'running',
    progress: { kind: 'working', phase: 'distilling', part: null, done: 40, total: 100, rate: 2, etaSeconds: 30 },
    error: null,
    ...changes,
  }) as Job;

const open = async () => {
  renderComponent(<DistilCard project={{ id: 'p', name: 'Ward' }} teachers={[dino]} taken={taken} />);
  fireEvent.click(await screen.findByRole('button', { name: 'Distil' }));
  return within(await screen.findByRole('dialog', { name: 'Distil a small backbone' }));
};

describe('a distillation in the window', () => {
  it('starts with two clicks, shows its progress, can be stopped, and announces the new weights', async () => {
    main.answer('distillations.start', { job: 'job' });
    main.answer('jobs.list', { jobs: [] });
    main.answer('jobs.cancel', {});
    const dialog = await open();
    fireEvent.click(dialog.getByRole('button', { name: 'Start' }));
    await waitFor(() =>
      expect(main.asked('distillations.start')).toEqual([
        { project: 'p', teacher: dino.name, student: 'reduced', name: 'dinov2-small, distilled 2', minutes: 60 },
      ]),
    );
    act(() => recordJob(job()));
    await screen.findByText('Training the student');
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(main.asked('jobs.cancel')).toEqual([{ job: 'job' }]);
    main.answer('jobs.result', { backbone: backbone('new'), images: 10, steps: 5, seconds: 1, errors: null });
    act(() => recordJob(job({ state: 'done' })));
    await waitFor(() =>
      expect(useToasts.getState().toasts.map(({ message }) => message)).toContain(
        'new is ready and the default of new runs',
      ),
    );
  });

  it('does not start under a name that is taken', async () => {
    const dialog = await open();
    fireEvent.change(dialog.getByRole('textbox', { name: 'Name' }), { target: { value: 'vit-micro' } });
    dialog.getByText('There is a backbone of this name.');
    expect(dialog.getByRole('button', { name: 'Start' })).toHaveProperty('disabled', true);
  });

  it('proposes a free name', () => {
    expect(proposedName('facebook/dinov2-small', new Set())).toBe('dinov2-small, distilled');
    expect(proposedName('facebook/dinov2-small', taken)).toBe('dinov2-small, distilled 2');
  });
});
