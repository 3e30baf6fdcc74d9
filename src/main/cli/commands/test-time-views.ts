import { Option } from 'commander';
import { wholeNumber } from './numbers';

/** `--views`: overrides the test-time augmentation of the run's configuration. */
export const testTimeViewsOption = (): Option =>
  new Option(
    '--views <n>',
    "augmented views averaged into each prediction; 0 = none (default: the run's testTimeViews)",
  ).argParser(wholeNumber(0, 64));
