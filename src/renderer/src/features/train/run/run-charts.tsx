import { useMemo } from 'react';
import { metricNames, metricTitle } from '#shared/experiments/metrics';
import type { BestMetric } from '#shared/models/run-config';
import { formatCompact, formatFixed, formatMemory } from '#shared/text/number';
import { LiveChart } from '../../../charts/live-chart';
import type { LiveSeries } from '../../../charts/live-chart-data';
import layout from '../parts/view.module.css';
import type { TrainingLog } from './training-log';

/** Shortens the huge values of a diverging loss. */
const fixed = (value: number) => (Math.abs(value) < 1e4 ? formatFixed(value, 3) : formatCompact(value, 3));
const whole = (value: number) => formatCompact(value, 3);

/** Series of one run: losses, validation metrics, learning rate, gradient norm, speed and memory. */
function chartSeries({ steps, epochs }: TrainingLog) {
  const step = steps.map((record) => record.step);
  const epoch = epochs.map((record) => record.epoch);
  const epochStep = epochs.map((record) => record.step);
  const measured = epochs.filter((record) => record.metrics.auc !== null);
  const single = (key: string, label: string, y: number[], noisy: boolean, colour: number): LiveSeries[] => [
    { key, label, points: { x: step, y }, noisy, colour },
  ];
  return {
    loss: [
      { key: 'train', label: 'Training', points: { x: step, y: steps.map(({ loss }) => loss) }, noisy: true },
      {
        key: 'validation',
        label: 'Validation',
        points: { x: epochStep, y: epochs.map(({ validationLoss }) => validationLoss) },
        dots: true,
      },
    ] satisfies LiveSeries[],
    metrics: [
      {
        key: 'accuracy',
        label: metricTitle('accuracy'),
        points: { x: epoch, y: epochs.map(({ metrics }) => metrics.accuracy) },
        dots: true,
      },
      {
        key: 'macroF1',
        label: metricTitle('macroF1'),
        points: { x: epoch, y: epochs.map(({ metrics }) => metrics.macroF1) },
        dots: true,
      },
      {
        key: 'auc',
        label: metricTitle('auc'),
        points: {
          x: measured.map((record) => record.epoch),
          y: measured.map(({ metrics }) => metrics.auc ?? Number.NaN),
        },
        dots: true,
      },
    ] satisfies LiveSeries[],
    rate: rateSeries(steps, step),
    norm: single(
      'norm',
      'Gradient norm',
      steps.map(({ gradientNorm }) => gradientNorm),
      true,
      1,
    ),
    speed: single(
      'speed',
      'Images/s',
      steps.map(({ imagesPerSecond }) => imagesPerSecond),
      true,
      2,
    ),
    memory: single(
      'memory',
      'Memory',
      steps.map(({ memoryMB }) => memoryMB),
      false,
      3,
    ),
  };
}

/** The head's learning rate and, if rates differ by layer, that of the lowest trained layer. */
function rateSeries(steps: TrainingLog['steps'], x: number[]): LiveSeries[] {
  const headRates = steps.map(({ learningRate }) => learningRate);
  if (!steps.some(({ lowestLearningRate }) => lowestLearningRate !== undefined)) {
    return [{ key: 'rate', label: 'Learning rate', points: { x, y: headRates }, colour: 0 }];
  }
  const lowestRates = steps.map(({ learningRate, lowestLearningRate }) => lowestLearningRate ?? learningRate);
  return [
    { key: 'rate', label: 'Head', points: { x, y: headRates } },
    { key: 'lowest', label: 'Lowest layer', points: { x, y: lowestRates } },
  ];
}

/** The epoch whose model is kept: the last one that improved on all before. */
export function bestEpoch(log: TrainingLog): number | null {
  return log.epochs.findLast(({ isBest }) => isBest)?.epoch ?? null;
}

/** All live charts of a run. */
export function RunCharts({ log, metric }: { readonly log: TrainingLog; readonly metric: BestMetric | null }) {
  const series = useMemo(() => chartSeries(log), [log]);
  const best = bestEpoch(log);
  const markers = useMemo(
    () =>
      best === null
        ? []
        : [{ x: best, label: `best${metric === null ? '' : ` ${metricNames[metric]}`}: epoch ${best}` }],
    [best, metric],
  );
  return (
    <div className={layout['charts']}>
      <div className={layout['large']}>
        <LiveChart title="Loss" xLabel="Step" series={series.loss} format={fixed} height={210} />
      </div>
      <div className={layout['large']}>
        <LiveChart
          title="Validation metrics"
          xLabel="Epoch"
          series={series.metrics}
          markers={markers}
          format={fixed}
          height={210}
        />
      </div>
      <div className={layout['small']}>
        <LiveChart title="Learning rate" xLabel="Step" series={series.rate} height={120} />
      </div>
      <div className={layout['small']}>
        <LiveChart title="Gradient norm" xLabel="Step" series={series.norm} format={whole} height={120} />
      </div>
      <div className={layout['small']}>
        <LiveChart title="Images per second" xLabel="Step" series={series.speed} format={whole} height={120} />
      </div>
      <div className={layout['small']}>
        <LiveChart title="Engine memory" xLabel="Step" series={series.memory} format={formatMemory} height={120} />
      </div>
    </div>
  );
}
