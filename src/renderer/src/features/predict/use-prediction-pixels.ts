import { useQuery } from '@tanstack/react-query';
import { FoveaError } from '#shared/ipc/errors';
import { resourcePaths } from '#shared/ipc/resources';
import type { FilePrediction } from '#shared/models/prediction';
import { resourceUrl } from '../../bridge/bridge';
import { parseAttention } from './attention';

const KEEP = 5 * 60_000;

async function fetchResource(path: string, what: string): Promise<Response> {
  const response = await fetch(resourceUrl(path));
  if (!response.ok) {
    throw new FoveaError('resource_missing', `The ${what} of this file is no longer available.`, {
      hint: 'Drop the file again.',
    });
  }
  return response;
}

/** The picture of a predicted file as the model received it, before its resize. */
export function usePredictionImage(prediction: FilePrediction) {
  return useQuery({
    queryKey: ['prediction-image', prediction.id],
    gcTime: KEEP,
    enabled: prediction.ok,
    queryFn: async () => {
      const response = await fetchResource(resourcePaths.predictionImage(prediction.id), 'image');
      return createImageBitmap(await response.blob());
    },
  });
}

/** The attention of a prediction; null data if the model provided none. */
export function usePredictionAttention(prediction: FilePrediction) {
  const shape = prediction.attention;
  return useQuery({
    queryKey: ['prediction-attention', prediction.id],
    gcTime: KEEP,
    enabled: shape !== null,
    queryFn: async () => {
      if (shape === null) return null;
      const response = await fetchResource(resourcePaths.predictionAttention(prediction.id), 'attention map');
      return parseAttention(await response.arrayBuffer(), shape);
    },
  });
}
