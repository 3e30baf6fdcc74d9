import { useComputedColorScheme } from '@mantine/core';
import type { Scheme } from '#shared/charts/palette';

/** The window's current theme. */
export function useScheme(): Scheme {
  return useComputedColorScheme('dark');
}
