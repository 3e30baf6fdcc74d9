import { describe, expect, it } from 'vitest';
import { type BackboneSummary, backboneSummarySchema } from '#shared/models/backbone';
import type { RunSummary } from '#shared/models/run';
import { defaultDraft } from '../parts/draft-store';
import { firstDraft } from './first-draft';

const backbone = (name: string, more: Partial<BackboneSummary> = {}): BackboneSummary =>
  backboneSummarySchema.parse({
    name,
    source: 'architecture',
    pretrained: false,
    parameters: 1,
    imageSize: 224,
    patchSize: 16,
    hiddenSize: 96,
    layers: 6,
    heads: 3,
    downloadBytes: null,
    installed: false,
    licence: null,
    description: '',
    ...more,
  });
const known = [
  backbone('vit-micro'),
  backbone('facebook/dinov2-base', { source: 'catalogue', pretrained: true }),
  backbone('dinov2-small', { source: 'imported', pretrained: true, installed: true }),
];
/** Only the fields that the choice depends on. */
const run = (name: string, createdAt: string) => ({ backbone: name, createdAt }) as RunSummary;

describe('the initial form', () => {
  it('has a pretrained backbone if one is on this machine, with the preset for it', () => {
    expect(firstDraft([], known, null)).toMatchObject({
      backbone: 'dinov2-small',
      preset: 'quick',
      headSolver: 'logistic',
    });
    expect(firstDraft([], known.slice(0, 2), null)).toBe(defaultDraft);
  });

  it('has the settings trained last, if their backbone is still here', () => {
    const runs = [run('vit-micro', '2026-11-02'), run('gone', '2026-11-03'), run('dinov2-small', '2026-11-01')];
    expect(firstDraft(runs, known, 'dinov2-small')).toMatchObject({ backbone: 'vit-micro', preset: 'full' });
  });
});
