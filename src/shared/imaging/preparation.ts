import type { Fit, Preparation, Resample } from '../models/pipeline';

/** How a run brings images to the network's size: as the checkpoint's image processor does, or in one of these ways. */
export const fitChoices = ['checkpoint', 'squash', 'letterbox', 'crop'] as const;
export type FitChoice = (typeof fitChoices)[number];

/** The same preparation for another size of the network's input; the share that is cut away stays the same. */
export function atSize(preparation: Preparation, size: number): Preparation {
  const { height, width, fit } = preparation;
  if (height === size && width === size) return preparation;
  return { ...preparation, height: size, width: size, ...(fit && { fit: scaled(fit, size / height, size / width) }) };
}

function scaled(fit: Fit, y: number, x: number): Fit {
  switch (fit.kind) {
    case 'squash':
      return { kind: 'squash', height: Math.round(fit.height * y), width: Math.round(fit.width * x) };
    case 'shortest-edge':
      return {
        kind: 'shortest-edge',
        edge: Math.round(fit.edge * y),
        ...(fit.longestEdge === undefined ? {} : { longestEdge: Math.round(fit.longestEdge * y) }),
      };
    case 'letterbox':
      return fit;
  }
}

/** The checkpoint's preparation with the choices of a run. */
export function chosen(
  preparation: Preparation,
  { fit, interpolation }: { readonly fit?: FitChoice | undefined; readonly interpolation?: Resample | undefined },
): Preparation {
  const { fit: own, ...frame } = preparation;
  const chosenFit = fit === undefined || fit === 'checkpoint' ? own : fitOf(fit, preparation.height);
  return {
    ...frame,
    ...(chosenFit === undefined ? {} : { fit: chosenFit }),
    resample: interpolation ?? preparation.resample,
  };
}

function fitOf(choice: Exclude<FitChoice, 'checkpoint'>, size: number): Fit | undefined {
  switch (choice) {
    case 'squash':
      return undefined;
    case 'letterbox':
      return { kind: 'letterbox' };
    case 'crop':
      return { kind: 'shortest-edge', edge: size };
  }
}
