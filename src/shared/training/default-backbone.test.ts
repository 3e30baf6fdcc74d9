import { describe, expect, it } from 'vitest';
import { type BackboneSummary, backboneSummarySchema } from '../models/backbone';
import { defaultBackbone } from './default-backbone';

const backbone = (name: string, more: Partial<BackboneSummary> = {}): BackboneSummary =>
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
    licence: null,
    description: '',
    ...more,
  });
const micro = backbone('vit-micro', { source: 'architecture', pretrained: false, parameters: 1_000_000 });
const small = backbone('fovea-small', { source: 'included', parameters: 5_500_000 });
const known = backbone('facebook/dinov2-base', { source: 'catalogue', installed: false });
const own = backbone('dinov2-small');

describe('the default backbone', () => {
  it('is the one used last while it is on this machine', () => {
    expect(defaultBackbone([micro, small, own, known], 'fovea-small')).toBe(small);
    expect(defaultBackbone([micro, small, own, known], 'facebook/dinov2-base')).toBe(own);
    expect(defaultBackbone([micro, small, own, known], 'removed')).toBe(own);
    // A demonstration from scratch must not keep a lab from its pretrained weights.
    expect(defaultBackbone([micro, small, own, known], 'vit-micro')).toBe(own);
  });

  it('is a pretrained one, the small one only without a better', () => {
    expect(defaultBackbone([micro, small, own, known], null)).toBe(own);
    expect(defaultBackbone([micro, small, known], null)).toBe(small);
    expect(defaultBackbone([micro, known], null)).toBeNull();
  });
});
