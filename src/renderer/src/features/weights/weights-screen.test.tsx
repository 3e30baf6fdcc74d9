// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { type BackboneSummary, backboneSummarySchema } from '#shared/models/backbone';
import type { ProjectSummary } from '#shared/models/project';
import { recordJob } from '../../state/activity';
import { useChosenBackbone } from '../../state/chosen-backbone';
import { useSession } from '../../state/session';
import { useToasts } from '../../state/toasts';
import { main, platform } from '../../test-support/fake-bridge';
import { renderComponent } from '../../test-support/render-component';
import { WeightsScreen } from './weights-screen';

vi.mock('../../bridge/bridge', () => import('../../test-support/fake-bridge'));

const backbone = (name: string, more: Partial<BackboneSummary> = {}): BackboneSummary =>
  backboneSummarySchema.parse({
    name,
    source: 'catalogue',
    pretrained: true,
    parameters: 22_000_000,
    imageSize: 224,
    patchSize: 14,
    hiddenSize: 384,
    layers: 12,
    heads: 6,
    downloadBytes: 88_200_000,
    installed: false,
    licence: 'Apache-2.0',
    description: 'A model.',
    page: `https://huggingface.co/${name}/tree/main`,
    ...more,
  });
const here = { installed: true, downloadBytes: null, diskBytes: 88_300_000, page: null } as const;
const small = backbone('fovea/small', {
  ...here,
  source: 'included',
  parameters: 5_500_000,
  documents: ['MODEL-CARD.md'],
});
const own = backbone('my vit', { ...here, source: 'imported', licence: null, notes: ['A note.'] });
const dino = backbone('facebook/dinov2-small');
const gated = backbone('google/medsiglip-448', { gated: true, licence: 'Terms', terms: 'Not for a device.' });

function answer(backbones: readonly BackboneSummary[], recommended: readonly BackboneSummary[]): void {
  main.answer('backbones.list', { backbones: [...backbones] });
  main.answer('settings.get', { lastBackbone: null });
  main.answer('settings.set', {});
  main.answer('backbones.recommend', {
    machine: { cores: 2, memoryMB: 16_384, graphicsCards: [], device: 'cpu', gflops: 50 },
    recommendations: recommended.map((one, index) => ({
      role: (['fast', 'better', 'medical'] as const)[index] ?? 'fast',
      backbone: one,
      secondsPerThousand: 132 * (index + 1),
    })),
    secondsPerThousand: { [dino.name]: 132, [small.name]: 40 },
  });
}

const progress = (done: number): Job => ({
  id: 'job',
  name: 'backbones.download',
  subject: { project: null, run: null, split: null },
  state: 'running',
  progress: {
    kind: 'working',
    phase: 'downloading',
    part: dino.name,
    done,
    total: 88_200_000,
    rate: 4e6,
    etaSeconds: 14,
  },
  error: null,
});
const card = (title: RegExp) => screen.findByRole('region', { name: title });

beforeEach(() => useChosenBackbone.setState({ chosen: null }));

describe('recommendations', () => {
  it('say what they cost on this computer and under which licence', async () => {
    answer([dino, gated], [dino, gated]);
    renderComponent(<WeightsScreen />);
    const fast = within(await card(/^Fast: facebook/));
    fast.getByText('1,000 images: about 2 min');
    fast.getByText(/Licence: Apache-2\.0/);
    screen.getByText('2 processor cores, 17.2 GB of memory, no graphics card, 50 GFLOP/s (Processor)');
    within(await card(/^Better: google/)).getByText(/Not for a device/);
  });

  it('are measured again on request', async () => {
    answer([dino], [dino]);
    main.answer('backbones.measure', {});
    const { user } = renderComponent(<WeightsScreen />);
    await card(/^Fast/);
    await user.click(screen.getByRole('button', { name: 'Measure again' }));
    expect(main.asked('backbones.measure')).toHaveLength(1);
  });

  it('explain how to get weights whose terms must be accepted, instead of a download that would fail', async () => {
    answer([gated], [gated]);
    const { user } = renderComponent(<WeightsScreen />);
    const shown = within(await card(/^Fast: google/));
    expect(shown.queryByRole('button', { name: /^Download/ })).toBeNull();
    await user.click(shown.getByRole('button', { name: 'How to get google/medsiglip-448' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Get google/medsiglip-448' }));
    dialog.getByText(/read the terms and accept them/);
    dialog.getByText(/fovea backbone import FOLDER --name google\/medsiglip-448/);
  });
});

describe('a download', () => {
  it('shows its progress, and makes the weights the default of new runs', async () => {
    answer([dino], [dino]);
    main.answer('backbones.download', { job: 'job' });
    main.answer('jobs.list', { jobs: [] });
    main.answer('jobs.result', () => ({ ...dino, ...here, source: 'imported' }));
    main.answer('jobs.cancel', {});
    useSession.setState({ project: { id: 'p' } as ProjectSummary });
    const { user } = renderComponent(<WeightsScreen />);
    const shown = within(await card(/^Fast/));
    await user.click(shown.getByRole('button', { name: `Download ${dino.name}` }));
    await act(async () => recordJob(progress(31_200_000)));
    shown.getByText('31.2 MB of 88.2 MB · 4.0 MB/s · 14 s left');
    await user.click(shown.getByRole('button', { name: `Cancel the download of ${dino.name}` }));
    expect(main.asked('jobs.cancel')).toEqual([{ job: 'job' }]);
    await act(async () => recordJob({ ...progress(88_200_000), state: 'done' }));
    await waitFor(() => expect(useChosenBackbone.getState().chosen).toEqual({ name: dino.name }));
    expect(useToasts.getState().toasts[0]?.message).toBe(`${dino.name} is ready and the default of new runs`);
  });

  it('that fails says why, and continues where it stopped', async () => {
    answer([dino], [dino]);
    main.answer('backbones.download', () => {
      throw new FoveaError('offline', 'This computer cannot reach huggingface.co.', { hint: 'Copy it by hand.' });
    });
    const { user } = renderComponent(<WeightsScreen />);
    const shown = within(await card(/^Fast/));
    await user.click(shown.getByRole('button', { name: `Download ${dino.name}` }));
    await shown.findByText('This computer cannot reach huggingface.co.');
    await user.click(shown.getByRole('button', { name: 'Get it by hand' }));
    const dialog = await screen.findByRole('dialog', { name: `Get ${dino.name}` });
    await user.click(within(dialog).getByRole('button', { name: 'Close' }));
    await user.click(shown.getByRole('button', { name: `Download ${dino.name}` }));
    expect(main.asked('backbones.download')).toHaveLength(2);
  });
});

describe('weights on this computer', () => {
  const row = async (name: string) => within((await screen.findByText(name)).closest('tr') as HTMLTableRowElement);

  it('are listed with their licence, size and origin; included ones cannot be removed', async () => {
    answer([small, own, dino], [dino]);
    main.answer('backbones.remove', {});
    const { user } = renderComponent(<WeightsScreen />);
    const included = await row('fovea/small');
    included.getByText('Included');
    included.getByText('Small');
    included.getByText('about 40 s');
    expect(included.queryByRole('button', { name: /^Remove/ })).toBeNull();
    const imported = await row('my vit');
    // Larger than the small one, so the default without a choice.
    imported.getByText('Default');
    imported.getByText('Not stated');
    imported.getByText(/A note\./);
    await user.click(imported.getByRole('button', { name: 'Use my vit' }));
    expect(main.asked('settings.set')).toEqual([{ lastBackbone: 'my vit' }]);
    expect(useChosenBackbone.getState().chosen).toEqual({ name: 'my vit' });
  });

  it('show the documents that came with them', async () => {
    answer([small], []);
    main.answer('backbones.document', { text: 'Distilled from DINOv2.' });
    const { user } = renderComponent(<WeightsScreen />);
    await user.click((await row('fovea/small')).getByRole('button', { name: /^Licence and model card/ }));
    await screen.findByText('Distilled from DINOv2.');
    expect(main.asked('backbones.document')).toEqual([{ name: 'fovea/small', file: 'MODEL-CARD.md' }]);
  });
});

describe('an import', () => {
  it('takes what is dropped, and says what is wrong with it', async () => {
    answer([dino], [dino]);
    platform.grantDropped.mockResolvedValue([
      { grant: 'g1', name: 'config.json' },
      { grant: 'g2', name: 'model.safetensors' },
    ]);
    main.answer('backbones.import', () => {
      throw new FoveaError('backbone_invalid', 'The weights have no tensor x.', { hint: 'Copy it again.' });
    });
    renderComponent(<WeightsScreen />);
    const zone = await screen.findByRole('region', { name: 'Drop weights to import' });
    fireEvent.drop(zone, { dataTransfer: {} });
    await screen.findByText('The weights have no tensor x.');
    expect(main.asked('backbones.import')).toEqual([{ grants: ['g1', 'g2'] }]);
  });

  it('does nothing if the dialog is cancelled', async () => {
    answer([dino], [dino]);
    const { user } = renderComponent(<WeightsScreen />);
    await user.click(await screen.findByRole('button', { name: 'Choose a folder' }));
    await waitFor(() => expect(platform.pickFolder).toHaveBeenCalled());
    expect(main.asked('backbones.import')).toEqual([]);
  });
});
