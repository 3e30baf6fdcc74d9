// @vitest-environment happy-dom
import { Table } from '@mantine/core';
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { Metric } from '#shared/models/metric';
import { renderComponent } from '../test-support/render-component';
import { MetricCell } from './metric-cell';

vi.mock('../bridge/bridge', () => import('../test-support/fake-bridge'));

const cell = (metric: Metric | null) => (
  <Table>
    <Table.Tbody>
      <Table.Tr>
        <MetricCell metric={metric} />
      </Table.Tr>
    </Table.Tbody>
  </Table>
);
const text = () => screen.getByRole('cell').textContent;

it('shows the interval of a metric, or says why there is none', () => {
  const { rerender } = renderComponent(cell({ value: 0.8, low: 0.7, high: 0.9, n: 20 }));
  expect(text()).toBe('0.800[0.700, 0.900]');
  rerender(cell({ value: 1, low: null, high: null, n: 20 }));
  expect(text()).toBe('1.000no interval: no errors to resample');
  rerender(cell(null));
  expect(text()).toBe('–');
});
