// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { DatasetSummary } from '#shared/models/dataset';
import type { RunDetail } from '#shared/models/run';
import { main } from '../test-support/fake-bridge';
import { renderComponent } from '../test-support/render-component';
import { DataVersion } from './data-version';

vi.mock('../bridge/bridge', () => import('../test-support/fake-bridge'));

const trainedOn = { number: 2, hash: 'two' };
const shown = (present: { number: number; hash: string; changed: boolean } | null) => {
  main.answer('runs.get', { record: { datasetVersion: trainedOn } as RunDetail['record'] });
  main.answer('dataset.summary', { version: present as DatasetSummary['version'] });
  renderComponent(<DataVersion project="p" run="r" />);
};

it('names the version of the data, and whether it is the present one', async () => {
  shown({ number: 2, hash: 'two', changed: false });
  expect(await screen.findByText('Trained on version 2 of the data: the present one.')).toBeTruthy();
});

it('names the version that the data has come to, and changes by hand', async () => {
  shown({ number: 3, hash: 'three', changed: false });
  expect(await screen.findByText('Trained on version 2 of the data: the data is at version 3 now.')).toBeTruthy();
});

it('says that images were removed or restored since', async () => {
  shown({ number: 2, hash: 'two', changed: true });
  expect(await screen.findByText('Trained on version 2 of the data: the data has changed since.')).toBeTruthy();
});
