import { type ConfusionAxes, confusionCells, truthAndPrediction } from '#shared/charts/confusion-cells';
import { type ChartColours, chartColours, type Scheme, sequentialBlue, textOn } from '#shared/charts/palette';
import type { TableData } from '../components/table-text';
import { element, svgDocument, textElement } from './svg';

/** Counts as a table: one row a true class, one column a predicted class. */
export function confusionTable(
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  axes: ConfusionAxes = truthAndPrediction,
): TableData {
  const first = axes === truthAndPrediction ? 'True class' : axes.row;
  return {
    columns: [first, ...classes.map((label) => `${axes.column} ${label}`), 'Total'],
    rows: classes.map((label, truth) => {
      const row = classes.map((_, predicted) => matrix[truth]?.[predicted] ?? 0);
      return [label, ...row, row.reduce((sum, count) => sum + count, 0)];
    }),
  };
}

const shorten = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The matrix as a stand-alone SVG file. */
export function confusionSvg(
  title: string,
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  scheme: Scheme,
  axes: ConfusionAxes = truthAndPrediction,
): string {
  const plain = axes === truthAndPrediction;
  const colours: ChartColours = chartColours(scheme);
  const size = 84;
  const left = 140;
  const top = 88;
  const axis = { fill: colours.dimmed, 'font-size': 12 };
  const cells = confusionCells(classes, matrix, axes).map((cell) => {
    const x = left + cell.predicted * size;
    const y = top + cell.truth * size;
    const fill = sequentialBlue(scheme, cell.share);
    const ink = textOn(fill);
    return (
      element('rect', { x: x + 1, y: y + 1, width: size - 2, height: size - 2, rx: 3, fill, stroke: colours.grid }) +
      textElement(String(cell.count), {
        x: x + size / 2,
        y: y + size / 2,
        'text-anchor': 'middle',
        'font-size': 18,
        'font-weight': 600,
        fill: ink,
      }) +
      textElement(`${(cell.share * 100).toFixed(1)} %`, {
        x: x + size / 2,
        y: y + size / 2 + 18,
        'text-anchor': 'middle',
        'font-size': 11,
        fill: ink,
      })
    );
  });
  const columns = classes.map((label, index) =>
    textElement(shorten(label, 12), {
      x: left + (index + 0.5) * size,
      y: top - 8,
      'text-anchor': 'middle',
      fill: colours.text,
    }),
  );
  const rows = classes.map((label, index) =>
    textElement(shorten(label, 16), {
      x: left - 10,
      y: top + (index + 0.5) * size + 4,
      'text-anchor': 'end',
      fill: colours.text,
    }),
  );
  const width = left + classes.length * size + 24;
  return svgDocument({
    width: Math.max(320, width),
    height: top + classes.length * size + 24,
    title,
    colours,
    body: [
      textElement(plain ? 'Predicted class' : shorten(axes.column, 30), {
        x: left + (classes.length * size) / 2,
        y: top - 30,
        'text-anchor': 'middle',
        ...axis,
      }),
      textElement(plain ? 'True class' : shorten(axes.row, 16), { x: 16, y: top - 8, ...axis }),
      ...columns,
      ...rows,
      ...cells,
    ].join(''),
  });
}
