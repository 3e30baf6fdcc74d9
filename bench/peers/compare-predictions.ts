import type { CasePrediction } from '#shared/models/run';
import type { BestMetric } from '#shared/models/run-config';
import type { Tried } from '#shared/models/search';
import { evaluateCases } from '#shared/statistics/evaluate';
import { argmax, caseLogLoss } from '#shared/statistics/log-loss';
import { pairCases, pairedDifference } from '#shared/statistics/paired-difference';
import { formatMetric } from '#shared/text/metric';
import { formatDuration } from '#shared/text/time';

interface Ours {
  readonly preset: string;
  readonly classes: readonly string[];
  readonly cases: readonly CasePrediction[];
  readonly tried: readonly Tried[] | null;
  readonly seconds: { readonly import: number; readonly train: number; readonly evaluate: number };
}

interface Peer {
  /** [test images, classes] */
  readonly probabilities: readonly (readonly number[])[];
  readonly seconds: number;
  readonly peakMemoryMB: number;
  readonly predictionSeconds?: number;
  readonly secondsPerStep?: number;
  readonly steps?: number;
  readonly curve?: readonly { readonly epoch: number; readonly eval_accuracy?: number; readonly eval_loss?: number }[];
}

interface Theirs {
  readonly sklearn: Peer;
  readonly trainer?: Peer;
  readonly epochs: number;
  readonly manifest: {
    readonly images: readonly { readonly image: number; readonly label: number; readonly part: string }[];
  };
}

const metrics: readonly BestMetric[] = ['accuracy', 'macroF1', 'auc'];

/** A table of both sides' metrics on the test images, the paired differences, and the times. */
export function describeComparison(ours: Ours, theirs: Theirs): string {
  const { classes, cases } = ours;
  const lines = [`${cases.length} test images, 95 % intervals that resample patients`, ''];
  const sides: [string, readonly CasePrediction[], string][] = [
    [`Fovea ${ours.preset}`, cases, timesOf(ours)],
    ['scikit-learn on features', peerCases(cases, theirs, theirs.sklearn), peerTimes(theirs.sklearn)],
    ...(theirs.trainer === undefined
      ? []
      : [
          [`Trainer, ${theirs.epochs} epochs`, peerCases(cases, theirs, theirs.trainer), peerTimes(theirs.trainer)] as [
            string,
            readonly CasePrediction[],
            string,
          ],
        ]),
  ];
  for (const [name, predictions, times] of sides) {
    const { accuracy, macroF1, auc } = evaluateCases(predictions, classes);
    lines.push(
      `${name}: accuracy ${formatMetric(accuracy)}, macro F1 ${formatMetric(macroF1)}, AUC ${formatMetric(auc)}; ${times}`,
    );
    if (predictions === cases) continue;
    const pairs = pairCases(predictions, cases);
    const differences = metrics.map(
      (metric) => `${metric} ${formatMetric(pairs && pairedDifference(pairs, classes, metric))}`,
    );
    lines.push(`  Fovea minus ${name}: ${differences.join(', ')}`);
  }
  if (theirs.trainer !== undefined) {
    const ratio = theirs.trainer.seconds / ours.seconds.train;
    lines.push('', `Trainer / Fovea, training time: ${ratio.toFixed(1)}`);
    for (const { epoch, eval_accuracy, eval_loss } of theirs.trainer.curve ?? []) {
      if (eval_accuracy !== undefined)
        lines.push(`  epoch ${epoch.toFixed(0)}: accuracy ${eval_accuracy.toFixed(3)}, loss ${eval_loss?.toFixed(3)}`);
    }
  }
  if (ours.tried !== null) {
    lines.push('', 'Fovea tried:');
    for (const { what, seconds, metrics: found, kept, why } of ours.tried) {
      const numbers =
        found === null ? '' : `, out-of-fold accuracy ${found.accuracy.toFixed(3)}, loss ${found.loss.toFixed(3)}`;
      lines.push(`  ${kept ? '+' : '-'} ${what}: ${Math.round(seconds)} s${numbers}. ${why}`);
    }
  }
  return lines.join('\n');
}

const timesOf = ({ seconds }: Ours): string =>
  `import ${formatDuration(seconds.import)}, training ${formatDuration(seconds.train)}, test images ${formatDuration(seconds.evaluate)}`;

function peerTimes({ seconds, predictionSeconds, secondsPerStep, steps, peakMemoryMB }: Peer): string {
  const more =
    secondsPerStep === undefined
      ? ''
      : `, ${steps} steps of ${secondsPerStep.toFixed(2)} s, test images ${formatDuration(predictionSeconds ?? 0)}`;
  return `${formatDuration(seconds)}${more}, peak ${Math.round(peakMemoryMB)} MiB`;
}

/** A peer's predictions as cases with the patients of ours. */
function peerCases(cases: readonly CasePrediction[], { manifest }: Theirs, { probabilities }: Peer): CasePrediction[] {
  const known = new Map(cases.map((one) => [one.image, one]));
  return manifest.images
    .filter(({ part }) => part === 'test')
    .map(({ image, label }, row): CasePrediction => {
      const of = probabilities[row] ?? [];
      const predicted = argmax(of);
      return {
        image,
        patient: known.get(image)?.patient ?? null,
        truth: label,
        predicted,
        confidence: of[predicted] ?? 0,
        probabilities: [...of],
        loss: caseLogLoss(of, label),
      };
    });
}
