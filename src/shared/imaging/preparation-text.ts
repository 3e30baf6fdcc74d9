import { assertNever } from '../ipc/errors';
import type { Preparation } from '../models/pipeline';

/** How an image becomes the network's input, for people: "short side resized to 256 px, centre of 224 × 224 px cut". */
export function fitInWords({ height, width, fit }: Pick<Preparation, 'height' | 'width' | 'fit'>): string {
  const frame = `${width} × ${height} px`;
  switch (fit?.kind) {
    case undefined:
      return `whole image resized to ${frame}, aspect not kept`;
    case 'squash':
      return `whole image resized to ${fit.width} × ${fit.height} px, aspect not kept, centre of ${frame} cut`;
    case 'shortest-edge': {
      const longest = fit.longestEdge === undefined ? '' : `, long side to at most ${fit.longestEdge} px`;
      return `short side resized to ${fit.edge} px${longest}, centre of ${frame} cut`;
    }
    case 'letterbox':
      return `whole image resized to fit ${frame}, black bars`;
    default:
      return assertNever(fit);
  }
}

export const filterInWords = ({ resample }: Pick<Preparation, 'resample'>): string =>
  resample === 'nearest' ? 'nearest pixel' : `${resample === 'lanczos' ? 'Lanczos' : resample}, antialiased`;
