import { max, range } from 'd3-array';
import { scaleBand } from 'd3-scale';
import type { TableData } from '../tables/csv';
import { formatPercent } from '../text/number';
import { type ConfusionAxes, type ConfusionCell, confusionCells, truthAndPrediction } from './confusion-cells';
import { chartColours, type Scheme, sequentialBlue, textOn } from './palette';
import { type Drawing, element, shorten, svgFile, textElement } from './svg';

/** Counts as a table: one row per true class, one column per predicted class. */
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

export interface PaintedCell extends ConfusionCell {
  readonly fill: string;
  /** Colour of text on `fill`. */
  readonly ink: string;
  /** Colour of the outline: stronger where row and column are the same class. */
  readonly outline: string;
  /** "85.7 %", or a dash in an empty row. */
  readonly shareText: string;
}

/** The cells with their colours: the larger the share of the row, the stronger the blue. */
export function paintCells(
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  scheme: Scheme,
  axes: ConfusionAxes = truthAndPrediction,
): PaintedCell[] {
  const colours = chartColours(scheme);
  return confusionCells(classes, matrix, axes).map((cell) => {
    const fill = sequentialBlue(scheme, cell.share);
    const isEmptyRow = !matrix[cell.truth]?.some((count) => count > 0);
    return {
      ...cell,
      fill,
      ink: textOn(fill),
      outline: cell.truth === cell.predicted ? colours.text : colours.grid,
      shareText: formatPercent(isEmptyRow ? Number.NaN : cell.share),
    };
  });
}

const CELL = { smallest: 34, largest: 96 };
/** Side of the whole matrix, unless its cells reach one of their limits. */
const SIDE = 380;
const GAP = 3;
/** Labels that do not fit above narrower cells are slanted; above others they are shortened. */
const LABEL_WIDTH = 84;
/** Narrower cells show the count only. */
const SHARE_WIDTH = 52;
const LABEL_LENGTH = { row: 16, column: 12, slanted: 16 };
/** Average width of a character of 12 px text, in pixels. */
const CHARACTER = 6.6;
/** Width of a bold digit with some space around it, in em. */
const DIGIT = 0.74;
const SLANT = 40;

/** The matrix, its labels above and on the left, where the window's table has them too. */
export function drawConfusionMatrix(
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  scheme: Scheme,
  axes: ConfusionAxes = truthAndPrediction,
): Drawing {
  const isPlain = axes === truthAndPrediction;
  const colours = chartColours(scheme);
  const pitch = Math.max(CELL.smallest, Math.min(CELL.largest, SIDE / Math.max(1, classes.length)));
  const longest = CHARACTER * (max(classes, ({ length }) => length) ?? 0);
  const isSlanted = pitch < LABEL_WIDTH && longest > pitch;
  const rowLabels = classes.map((label) => shorten(label, LABEL_LENGTH.row));
  const rowTitle = isPlain ? 'True class' : shorten(axes.row, LABEL_LENGTH.row);
  const left = 16 + CHARACTER * Math.max(rowTitle.length, ...rowLabels.map(({ length }) => length));
  const side = pitch * classes.length;
  const top = isSlanted ? 104 : 44;
  const band = scaleBand<number>()
    .domain(range(classes.length))
    .paddingInner(GAP / pitch)
    .range([0, side]);
  const size = band.bandwidth();
  const at = (index: number) => band(index) ?? 0;
  const middle = (index: number) => at(index) + size / 2;

  const cells = paintCells(classes, matrix, scheme, axes).map((cell) => {
    const [x, y] = [left + at(cell.predicted), top + at(cell.truth)];
    const hasShare = size >= SHARE_WIDTH;
    const text = { x: x + size / 2, 'text-anchor': 'middle', fill: cell.ink };
    return [
      element('rect', { x, y, width: size, height: size, rx: 4, fill: cell.fill, stroke: cell.outline }),
      textElement(String(cell.count), {
        ...text,
        y: y + size / 2 + (hasShare ? 1 : 5),
        'font-size': hasShare ? 18 : Math.min(13, size / (DIGIT * String(cell.count).length)),
        'font-weight': 600,
      }),
      hasShare ? textElement(cell.shareText, { ...text, y: y + size / 2 + 18, 'font-size': 11 }) : '',
    ].join('');
  });
  const columns = classes.map((label, index) => {
    const [x, y] = [left + middle(index), top - 8];
    return isSlanted
      ? textElement(shorten(label, LABEL_LENGTH.slanted), {
          transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-${SLANT})`,
          fill: colours.text,
        })
      : textElement(shorten(label, LABEL_LENGTH.column), { x, y, 'text-anchor': 'middle', fill: colours.text });
  });
  const rows = rowLabels.map((label, index) =>
    textElement(label, { x: left - 10, y: top + middle(index) + 4, 'text-anchor': 'end', fill: colours.text }),
  );
  const slantedWidth = Math.min(CHARACTER * LABEL_LENGTH.slanted, longest);
  const overhang = Math.max(4, slantedWidth * Math.cos((SLANT / 180) * Math.PI) - size / 2);
  const columnTitle = isPlain ? 'Predicted class' : shorten(axes.column, 30);
  return {
    width: left + side + (isSlanted ? overhang : 4),
    height: top + side + 4,
    body: [
      textElement(columnTitle, { x: left + side / 2, y: 14, 'text-anchor': 'middle', fill: colours.dimmed }),
      textElement(rowTitle, { x: left - 10, y: top - 8, 'text-anchor': 'end', fill: colours.dimmed }),
      ...columns,
      ...rows,
      ...cells,
    ].join(''),
  };
}

/** The matrix as a stand-alone SVG file. */
export function confusionSvg(
  title: string,
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  scheme: Scheme,
  axes: ConfusionAxes = truthAndPrediction,
): string {
  return svgFile(title, drawConfusionMatrix(classes, matrix, scheme, axes), chartColours(scheme));
}
