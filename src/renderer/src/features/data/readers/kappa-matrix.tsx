import type { ReaderPair, ReadersSummary } from '#shared/models/readers';
import { formatInterval } from '#shared/text/metric';
import { formatCount, formatFixed } from '#shared/text/number';
import classes from './readers-view.module.css';

export interface KappaMatrixProps {
  readonly summary: ReadersSummary;
  readonly chosen: ReaderPair | null;
  readonly onChoose: (pair: ReaderPair) => void;
}

/** Kappa of each pair of readers; a pair with images in common can be selected. */
export function KappaMatrix({ summary, chosen, onChoose }: KappaMatrixProps) {
  const { readers, pairs } = summary;
  return (
    <div className={classes['scroll']}>
      <table className={classes['matrix']} aria-label="Cohen’s kappa by pairs">
        <thead>
          <tr>
            <td />
            {readers.slice(1).map(({ id, name }) => (
              <th key={id} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {readers.slice(0, -1).map(({ id: first, name }, row) => (
            <tr key={first}>
              <th scope="row" title={name}>
                {name}
              </th>
              {readers.slice(1).map(({ id: second, name: other }, column) => {
                const pair = pairs.find((one) => one.first === first && one.second === second);
                if (column < row || pair === undefined) return <td key={second} />;
                return (
                  <td key={second}>
                    <button
                      type="button"
                      className={classes['kappa']}
                      aria-pressed={pair === chosen}
                      aria-label={`${name} and ${other}: kappa ${formatFixed(pair.kappa?.value)}, ${formatCount(pair.images)} images`}
                      disabled={pair.images === 0}
                      onClick={() => onChoose(pair)}
                    >
                      <span className={classes['value']}>{formatFixed(pair.kappa?.value)}</span>
                      <span>{pair.kappa === null ? '' : formatInterval(pair.kappa)}</span>
                      <span>n = {formatCount(pair.images)}</span>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
