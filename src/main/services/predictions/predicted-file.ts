import { randomUUID } from 'node:crypto';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { AttentionShape } from '#shared/models/attention';
import type { FilePrediction } from '#shared/models/prediction';
import type { RunRecord } from '#shared/models/run';
import { argmax } from '#shared/statistics/log-loss';
import type { ClassifyResult, TestTime } from '../../engine-host/core/protocol';
import type { GivenFile } from './prediction-files';

/** A prediction with the path of its file, which does not leave main. */
export interface PredictedFile extends FilePrediction {
  readonly path: string;
  /** Paths of the overlay PNGs, if a folder for them was given. */
  readonly overlays: { readonly lastLayer: string; readonly rollout: string } | null;
}

/** The entry for a file that could not be predicted. */
export function failedPrediction({ path, name }: GivenFile, testTime: TestTime | null, error: unknown): PredictedFile {
  const { code, message } = toErrorInfo(error);
  return {
    id: randomUUID(),
    path,
    name,
    ok: false,
    label: null,
    confidence: null,
    testTimeViews: testTime?.views ?? 0,
    probabilities: [],
    attention: null,
    overlays: null,
    error: { code, message },
  };
}

/** The prediction for image `at` of a classification. `maps`: its attention maps, or null. */
export function toPrediction(
  file: GivenFile,
  record: RunRecord,
  testTime: TestTime | null,
  result: ClassifyResult,
  at: number,
  maps: AttentionShape | null,
): PredictedFile {
  const { path, name } = file;
  const size = record.classes.length;
  const row = result.probabilities.subarray(at * size, (at + 1) * size);
  if (!row.every(Number.isFinite)) {
    const broken = new FoveaError('model_broken', 'The model produced NaN or infinite values.');
    return failedPrediction(file, testTime, broken);
  }
  const best = argmax(row);
  return {
    id: randomUUID(),
    path,
    name,
    ok: true,
    label: record.classes[best] ?? null,
    confidence: row[best] ?? null,
    testTimeViews: testTime?.views ?? 0,
    probabilities: record.classes.map((label, index) => ({ label, probability: row[index] ?? 0 })),
    attention:
      maps === null
        ? null
        : {
            layers: maps.layers,
            heads: maps.heads,
            gridHeight: maps.gridHeight,
            gridWidth: maps.gridWidth,
            ...(maps.frame && { frame: maps.frame }),
          },
    overlays: null,
    error: null,
  };
}
