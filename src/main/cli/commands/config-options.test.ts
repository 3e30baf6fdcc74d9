import { expect, it } from 'vitest';
import { type BackboneSummary, backboneSummarySchema } from '#shared/models/backbone';
import type { Session } from '../session';
import { configurationOf } from './config-options';

const backbone = (name: string, pretrained: boolean): BackboneSummary =>
  backboneSummarySchema.parse({
    name,
    source: pretrained ? 'imported' : 'architecture',
    pretrained,
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
  });

/** A session of a computer with these backbones, and what it wrote. */
function sessionWith(backbones: readonly BackboneSummary[], lastBackbone: string | null) {
  const written: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    'backbones.list': { backbones },
    'settings.get': { lastBackbone },
  };
  const session = {
    request: async (name: string) => answers[name],
    stderr: { write: (text: string) => written.push(text) },
  } as unknown as Session;
  return { session, written };
}
const micro = backbone('vit-micro', false);

it('uses the weights used last, with the preset for them, and says so', async () => {
  const { session, written } = sessionWith([micro, backbone('a', true), backbone('b', true)], 'b');
  expect(await configurationOf(session, {})).toMatchObject({ backbone: 'b', preset: 'quick' });
  expect(written).toEqual(['Backbone: b\n']);
  expect(await configurationOf(session, { preset: 'lora' })).toMatchObject({ backbone: 'b', preset: 'lora' });
  expect(await configurationOf(session, { backbone: 'vit-micro' })).toMatchObject({
    backbone: 'vit-micro',
    preset: 'full',
  });
});

it('asks for a backbone where there are no pretrained weights', async () => {
  const { session } = sessionWith([micro], 'vit-micro');
  await expect(configurationOf(session, {})).rejects.toMatchObject({
    message: expect.stringContaining('no pretrained weights'),
    hint: expect.stringContaining('fovea backbone recommend'),
  });
});
