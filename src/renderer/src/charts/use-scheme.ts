import { useComputedColorScheme } from '@mantine/core';
import type { Scheme } from '#shared/charts/palette';

/** The theme that the window is in now. */
export function useScheme(): Scheme {
  return useComputedColorScheme('dark');
}
