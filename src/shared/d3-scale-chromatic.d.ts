/** The package has no types of its own; these are the two maps that Fovea uses. */
declare module 'd3-scale-chromatic' {
  /** `#rrggbb` of matplotlib's colour map at `share` 0..1, one of 256 steps. */
  export function interpolateInferno(share: number): string;
  export function interpolateViridis(share: number): string;
}
