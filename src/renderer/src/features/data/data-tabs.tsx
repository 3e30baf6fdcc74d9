import { SegmentedControl } from '@mantine/core';
import type { DatasetSummary } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { type DatasetView, dataTabs, defaultView } from './dataset-view';

export interface DataTabsProps {
  readonly summary: DatasetSummary;
  readonly view: DatasetView;
  readonly onView: (view: DatasetView) => void;
}

/** The tabs of the Data screen, each with its number of open items. */
export function DataTabs({ summary, view, onView }: DataTabsProps) {
  return (
    <SegmentedControl
      aria-label="View"
      value={view.kind}
      onChange={(kind) => onView(defaultView(kind))}
      data={dataTabs(summary).map(({ kind, name, waiting }) => ({
        value: kind,
        label: waiting === 0 ? name : `${name} ${formatCount(waiting)}`,
      }))}
    />
  );
}
