import { Option } from 'commander';
import { wholeNumber } from './numbers';

/** `--views`: test-time augmentation in place of what the run's configuration says. */
export const testTimeViewsOption = (): Option =>
  new Option(
    '--views <n>',
    "augmented views averaged into each prediction; 0 = none (default: the run's testTimeViews)",
  ).argParser(wholeNumber(0, 64));
