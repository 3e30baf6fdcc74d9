import { useComputedColorScheme } from '@mantine/core';
import type { Scheme } from './palette';

/** The theme that the window is in now. */
export function useScheme(): Scheme {
  return useComputedColorScheme('dark');
}
