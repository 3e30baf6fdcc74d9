import { type ConfusionAxes, type ConfusionCell, truthAndPrediction } from '#shared/charts/confusion-cells';
import { confusionSvg, confusionTable, paintCells } from '#shared/charts/confusion-matrix';
import { SectionCard } from '../components/section-card';
import { ChartMenu } from './chart-menu';
import classNames from './confusion-matrix.module.css';
import { useScheme } from './use-scheme';

export interface ConfusionMatrixProps {
  readonly title?: string;
  readonly classes: readonly string[];
  /** [truth][predicted]. */
  readonly matrix: readonly (readonly number[])[];
  /** Titles of rows and columns other than the true and the predicted class. */
  readonly axes?: ConfusionAxes;
  /** Shows the images of a cell. */
  readonly onOpen: (cell: ConfusionCell) => void;
}

/** Counts and row shares; the blue grows stronger with the share. Each cell with images opens them. */
export function ConfusionMatrix(props: ConfusionMatrixProps) {
  const { title = 'Confusion matrix', classes, matrix, axes = truthAndPrediction, onOpen } = props;
  const plain = axes === truthAndPrediction;
  const scheme = useScheme();
  const cells = paintCells(classes, matrix, scheme, axes);
  return (
    <SectionCard
      title={title}
      description={`Rows: ${plain ? 'true class' : axes.row}. Columns: ${plain ? 'predicted class' : axes.column}. Select a cell to see its images.`}
      actions={
        <ChartMenu
          name={title}
          table={() => confusionTable(classes, matrix, axes)}
          svg={() => confusionSvg(title, classes, matrix, scheme, axes)}
        />
      }
    >
      <div className={classNames['scroll']}>
        <table className={classNames['table']}>
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={classes.length} className={classNames['axis']}>
                {axes.column}
              </th>
            </tr>
            <tr>
              <th scope="col" className={`${classNames['axis']} ${classNames['row']}`}>
                {axes.row}
              </th>
              {classes.map((label) => (
                <th key={label} scope="col" title={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((label, truth) => (
              <tr key={label}>
                <th scope="row" className={classNames['row']} title={label}>
                  {label}
                </th>
                {cells
                  .filter((cell) => cell.truth === truth)
                  .map((cell) => (
                    <td key={cell.predicted}>
                      <div
                        className={classNames['cell']}
                        style={{ background: cell.fill, color: cell.ink, borderColor: cell.outline }}
                      >
                        <span className={classNames['count']}>{cell.count}</span>
                        <span className={classNames['share']}>{cell.shareText}</span>
                        <button
                          type="button"
                          className={classNames['open']}
                          aria-label={cell.name}
                          disabled={cell.count === 0}
                          onClick={() => onOpen(cell)}
                        />
                      </div>
                    </td>
                  ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </SectionCard>
  );
}
