// @vitest-environment happy-dom
import { act, screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { operatingRuleSchema } from '#shared/models/operating-point';
import { discriminationCurves } from '#shared/statistics/curves';
import { chooseThreshold, operatingMetrics } from '#shared/statistics/operating-point';
import { referenceCases } from '#shared/statistics/reference-cases';
import { queryClient } from '../../../state/requests';
import { main } from '../../../test-support/fake-bridge';
import { renderComponent } from '../../../test-support/render-component';
import { Discrimination } from './discrimination';

vi.mock('../../../bridge/bridge', () => import('../../../test-support/fake-bridge'));

const cases = referenceCases(60, 7, true).map((one, image) => ({ ...one, image }));
const labels = ['benign', 'malignant', 'normal'];

function show(measured = cases) {
  const runs = [
    { id: 'r', name: 'First', hasModel: true },
    { id: 's', name: 'Second', hasModel: true },
    { id: 't', name: 'No model', hasModel: false },
  ];
  main.answer('runs.list', { runs: runs as never });
  main.answer('evaluations.curves', ({ task }) => discriminationCurves(measured, task, { resamples: 20, seed: 1 }));
  main.answer('evaluations.threshold', ({ task, threshold }) => operatingMetrics(cases, task, threshold));
  main.answer('evaluations.operatingPoint', () => null);
  main.answer('settings.get', { signature: '' });
  main.answer('evaluations.chooseThreshold', ({ task, rule }) =>
    operatingMetrics(
      cases,
      task,
      chooseThreshold(cases, task, operatingRuleSchema.parse(rule), { resamples: 20, seed: 1 }) ?? 0,
    ),
  );
  main.answer('evaluations.cases', ({ near }) => ({
    cases: cases.filter(({ probabilities }) => Math.abs((probabilities[1] ?? 0) - (near?.threshold ?? 0)) < 0.1),
  }));
  return renderComponent(
    <Discrimination
      project="p"
      name="First validation"
      source={{ kind: 'run', run: 'r', split: 'validation' }}
      classes={labels}
    />,
  );
}

const areas = () => screen.findByRole('table', { name: 'Areas under the curves' });

it('shows the numbers and the images at a threshold', async () => {
  const { user } = show();
  const slider = await screen.findByRole('slider', { name: 'Threshold' });
  expect(screen.queryByRole('table', { name: 'Numbers at the threshold' })).toBeNull();
  act(() => slider.focus());
  await user.keyboard('{ArrowRight}');
  // The lowest threshold but one calls all images but those of the lowest score positive.
  const table = await screen.findByRole('table', { name: 'Numbers at the threshold' });
  const curves = discriminationCurves(cases, { positive: [0], negative: [1, 2] });
  const asked = main.asked('evaluations.cases').at(-1);
  expect(asked?.near?.threshold).toBe(curves.thresholds.at(-2));
  within(table).getByText(`${curves.truePositives.at(-2)}`);
  await screen.findByRole('region', { name: 'Just below: called negative' });
});

it('asks for the curves of a chosen class, and shows another run beside it', async () => {
  const { user } = show();
  await areas();
  await user.click(screen.getByRole('combobox', { name: 'Told apart' }));
  await user.click(screen.getByRole('option', { name: 'malignant and the rest' }));
  await user.click(screen.getByRole('combobox', { name: 'Beside it' }));
  expect(screen.queryByRole('option', { name: 'No model' })).toBeNull();
  await user.click(screen.getByRole('option', { name: 'Second' }));
  expect(await within(await areas()).findByRole('rowheader', { name: 'Second' })).toBeDefined();
  const task = { positive: [1], negative: [0, 2] };
  expect(main.asked('evaluations.curves').slice(-2)).toEqual([
    { project: 'p', run: 'r', split: 'validation', task },
    { project: 'p', run: 's', split: 'validation', task },
  ]);
});

it('says which group has no image', async () => {
  show(cases.filter(({ truth }) => truth !== 0));
  await screen.findByText('No positive image is among these images.');
});

it('seals the threshold that a rule chooses, and shows it for a stated prevalence', async () => {
  const { user } = show();
  await screen.findByRole('table', { name: 'Numbers of the proposed threshold' });
  await user.click(screen.getByRole('combobox', { name: 'Rule' }));
  await user.click(screen.getByRole('option', { name: "Youden's index" }));
  await user.type(screen.getByRole('textbox', { name: 'Your name' }), 'A. Name');
  const rule = { kind: 'youden' } as const;
  const task = { positive: [0], negative: [1, 2] };
  const threshold = chooseThreshold(cases, task, rule) ?? 0;
  const point = { task, rule, threshold, sealedAt: '2026-12-01T10:00:00Z', by: 'A. Name', testOpenings: 1 };
  main.answer('evaluations.seal', () => {
    main.answer('evaluations.operatingPoint', () => point as never);
    main.answer('evaluations.threshold', (asked) =>
      operatingMetrics(cases, asked.task, asked.threshold, { prevalence: asked.prevalence ?? null }),
    );
    void queryClient.invalidateQueries();
    return point;
  });
  await user.click(screen.getByRole('button', { name: 'Seal this threshold' }));
  expect(main.asked('evaluations.seal')).toEqual([{ project: 'p', run: 'r', task, rule, by: 'A. Name' }]);
  await screen.findByText('Chosen after the test set was opened');
  await user.type(await screen.findByRole('textbox', { name: 'Prevalence where it is used' }), '1');
  const table = await screen.findByRole('table', { name: 'Outcomes per 1,000 patients' });
  within(table).getByRole('columnheader', { name: 'Missed' });
});
