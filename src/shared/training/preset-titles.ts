import type { Preset } from '../models/run-config';

export const presetTitles: Readonly<Record<Preset, string>> = {
  quick: 'Quick look',
  'last-blocks': 'Last blocks',
  lora: 'Adapters (LoRA)',
  careful: 'Careful',
  full: 'Full',
  gradual: 'Gradual unfreezing',
  auto: 'Best within a time',
};
