import { Group, Text, UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, CircleAlert } from 'lucide-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { FilePrediction } from '#shared/models/prediction';
import { formatFixed, formatQuantity } from '#shared/text/number';
import { ClassChip } from '../../components/class-chip';
import { TableMenu } from '../../components/table-menu';
import { classColour } from '../../theme/class-colours';
import classes from './prediction-list.module.css';
import { predictionTable, type Sorting, type SortKey, sortPredictions } from './prediction-table';

export interface PredictionListProps {
  readonly predictions: readonly FilePrediction[];
  readonly selected: string | null;
  readonly onSelect: (prediction: string) => void;
  readonly waiting: boolean;
}

const ROW = 41;
/** A row has room for this many bars; the most probable classes are shown. */
const BARS = 4;

/** All predictions; arrow keys move through them. Only visible rows are rendered. */
export function PredictionList({ predictions, selected, onSelect, waiting }: PredictionListProps) {
  const [sorting, setSorting] = useState<Sorting>({ key: 'order', descending: false });
  const sorted = useMemo(() => sortPredictions(predictions, sorting), [predictions, sorting]);
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const rows = virtual.getVirtualItems();
  const above = rows[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (rows.at(-1)?.end ?? 0);
  const failed = predictions.filter(({ ok }) => !ok).length;

  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -1e9,
      End: 1e9,
    };
    const step = steps[event.key];
    if (step === undefined || sorted.length === 0) return;
    event.preventDefault();
    const at = sorted.findIndex(({ id }) => id === selected);
    const next = Math.min(sorted.length - 1, Math.max(0, at + step));
    const target = sorted[next];
    if (target === undefined) return;
    onSelect(target.id);
    virtual.scrollToIndex(next);
    // The row may only be rendered after scrolling.
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-prediction="${CSS.escape(target.id)}"]`)?.focus(),
    );
  };
  const header = (key: SortKey, label: string) => (
    <th aria-sort={sorting.key === key ? (sorting.descending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton
        className={classes['sort']}
        fz="xs"
        onClick={() =>
          setSorting(
            sorting.key !== key ? { key, descending: key === 'confidence' } : { key, descending: !sorting.descending },
          )
        }
      >
        {label}
        {sorting.key === key && (sorting.descending ? <ArrowDown size={12} /> : <ArrowUp size={12} />)}
      </UnstyledButton>
    </th>
  );

  return (
    <section className={classes['frame']} aria-label="Predictions">
      <div className={classes['head']}>
        <Text size="xs" c="dimmed" role="status">
          {waiting && predictions.length === 0
            ? 'Waiting for the first predictions'
            : `${formatQuantity(predictions.length - failed, 'prediction')}${failed === 0 ? '' : `, ${formatQuantity(failed, 'file')} failed`}`}
        </Text>
        <TableMenu name="Predictions" table={() => predictionTable(sorted)} />
      </div>
      <section
        ref={scroll}
        className={classes['scroll']}
        onKeyDown={move}
        aria-label="Prediction rows; use the arrow keys to move"
      >
        <table className={classes['table']} aria-label="Predictions">
          <colgroup>
            <col />
            <col style={{ width: '26%' }} />
            <col style={{ width: 92 }} />
            <col style={{ width: 92 }} />
          </colgroup>
          <thead>
            <tr>
              {header('name', 'File')}
              {header('label', 'Prediction')}
              {header('confidence', 'Confidence')}
              <th>Probabilities</th>
            </tr>
          </thead>
          <tbody>
            {above > 0 && <tr style={{ height: above }} />}
            {rows.map(({ index }) => {
              const prediction = sorted[index];
              return prediction === undefined ? null : (
                <PredictionRow
                  key={prediction.id}
                  prediction={prediction}
                  selected={prediction.id === selected}
                  onSelect={() => onSelect(prediction.id)}
                />
              );
            })}
            {below > 0 && <tr style={{ height: below }} />}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface PredictionRowProps {
  readonly prediction: FilePrediction;
  readonly selected: boolean;
  readonly onSelect: () => void;
}

function PredictionRow({ prediction, selected, onSelect }: PredictionRowProps) {
  const index = prediction.probabilities.findIndex(({ label }) => label === prediction.label);
  return (
    // The name is the button; a click anywhere else in the row is a shortcut for it.
    <tr className={classes['row']} data-selected={selected || undefined} aria-selected={selected} onClick={onSelect}>
      <td title={prediction.name}>
        <UnstyledButton className={classes['name']} fz="sm" aria-current={selected} data-prediction={prediction.id}>
          {prediction.name}
        </UnstyledButton>
      </td>
      {prediction.ok ? (
        <>
          <td>
            <ClassChip label={prediction.label ?? ''} index={index} />
          </td>
          <td className="tabular">{formatFixed(prediction.confidence)}</td>
          <td>
            <ProbabilityBars prediction={prediction} />
          </td>
        </>
      ) : (
        <td colSpan={3} title={prediction.error?.message}>
          <Group gap={6} wrap="nowrap">
            <CircleAlert size={14} color="var(--mantine-color-error)" aria-hidden style={{ flex: 'none' }} />
            <Text truncate c="var(--mantine-color-error)">
              {prediction.error?.message ?? 'This file could not be read.'}
            </Text>
          </Group>
        </td>
      )}
    </tr>
  );
}

function ProbabilityBars({ prediction }: { readonly prediction: FilePrediction }) {
  const all = prediction.probabilities.map((entry, index) => ({ ...entry, index }));
  const shown = all.length <= BARS ? all : all.toSorted((a, b) => b.probability - a.probability).slice(0, BARS);
  const text = prediction.probabilities
    .map(({ label, probability }) => `${label} ${formatFixed(probability)}`)
    .join(', ');
  return (
    <div className={classes['bars']} role="img" aria-label={text} title={text}>
      {shown.map(({ label, probability, index }) => (
        <div key={label} className={classes['bar']}>
          <span style={{ width: `${probability * 100}%`, background: classColour(index) }} />
        </div>
      ))}
    </div>
  );
}
