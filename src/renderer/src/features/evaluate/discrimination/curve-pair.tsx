import { useMemo } from 'react';
import { CurveChart, type CurveLine } from '../../../charts/curve-chart';
import classes from '../evaluate-screen.module.css';
import type { RunCurves } from './area-table';
import { curveTable, nearestThreshold, precisionPoints, rocPoints } from './curve-points';

export interface CurvePairProps {
  /** The first is the one whose threshold is chosen. */
  readonly runs: readonly [RunCurves, ...RunCurves[]];
  /** Place of the chosen threshold; null without one. */
  readonly index: number | null;
  readonly onIndex: (index: number) => void;
}

/** ROC and precision-recall curves side by side; a click on either chooses the nearest threshold. */
export function CurvePair({ runs, index, onIndex }: CurvePairProps) {
  const [{ curves }] = runs;
  const { positives, negatives, bands } = curves;
  const roc = useMemo(() => runs.map(({ name, curves }) => ({ label: name, points: rocPoints(curves) })), [runs]);
  const precision = useMemo(
    () => runs.map(({ name, curves }) => ({ label: name, points: precisionPoints(curves) })),
    [runs],
  );
  const rocPoint = useMemo(() => pointOf(roc, index), [roc, index]);
  const precisionPoint = useMemo(() => pointOf(precision, index), [precision, index]);
  const choose = ([line]: readonly CurveLine[], x: number, y: number) => {
    const nearest = line === undefined ? null : nearestThreshold(line.points, x, y);
    if (nearest !== null) onIndex(nearest);
  };
  const table = () => curveTable(runs);
  return (
    <div className={classes['two']}>
      <CurveChart
        title="ROC curve"
        description="Band: 95 % interval of sensitivity. Dashed: chance."
        xLabel="1 - specificity"
        yLabel="Sensitivity"
        lines={roc}
        band={bands.sensitivity}
        chanceFrom={0}
        chanceTo={1}
        isStep={false}
        point={rocPoint}
        onPoint={(x, y) => choose(roc, x, y)}
        table={table}
      />
      <CurveChart
        title="Precision-recall curve"
        description="Band: 95 % interval of precision. Dashed: the share of positive images."
        xLabel="Recall (sensitivity)"
        yLabel="Precision (PPV)"
        lines={precision}
        band={bands.precision}
        chanceFrom={positives / (positives + negatives)}
        chanceTo={positives / (positives + negatives)}
        isStep
        point={precisionPoint}
        onPoint={(x, y) => choose(precision, x, y)}
        table={table}
      />
    </div>
  );
}

/** The vertex of a threshold on the first line, after its starting point. */
function pointOf([line]: readonly CurveLine[], index: number | null) {
  if (line === undefined || index === null) return null;
  return { x: line.points.x[index + 1] ?? 0, y: line.points.y[index + 1] ?? 0 };
}
