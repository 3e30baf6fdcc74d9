import type { Preset } from '#shared/models/run-config';
import { presetTitles } from '#shared/training/preset-titles';

export interface PresetText {
  readonly value: Preset;
  readonly title: string;
  readonly text: string;
}

/** In order of increasing effort. */
export const presetTexts: readonly PresetText[] = [
  {
    value: 'quick',
    title: presetTitles.quick,
    text: 'Trains only a new head on features that the frozen backbone computes once. Fast; best with a pretrained backbone.',
  },
  {
    value: 'last-blocks',
    title: presetTitles['last-blocks'],
    text: 'Trains a new head and the last blocks of a pretrained backbone. What the blocks before them compute is kept on disk, so that an epoch takes a fraction of its time.',
  },
  {
    value: 'lora',
    title: presetTitles.lora,
    text: 'Trains a new head and small adapters in every block of a frozen, pretrained backbone. Few parameters, little memory.',
  },
  {
    value: 'careful',
    title: presetTitles.careful,
    text: 'Trains the head as in Quick look, then all layers from there, so that the new head does not disturb the pretrained features.',
  },
  {
    value: 'full',
    title: presetTitles.full,
    text: 'Trains all layers from the start, with augmentation. Use it for a backbone from scratch.',
  },
  {
    value: 'gradual',
    title: presetTitles.gradual,
    text: 'Three stages: the head, then the head and last block, then all layers at a tenth of the learning rate.',
  },
  {
    value: 'auto',
    title: presetTitles.auto,
    text: 'Tries one way after the other within a time that you set, compares them by cross-validation without the test images, and trains the final model by the best.',
  },
];

/** Title of a preset; runs of later versions may have unknown ones. */
export const presetTitle = (preset: string): string =>
  presetTexts.find(({ value }) => value === preset)?.title ?? preset;
