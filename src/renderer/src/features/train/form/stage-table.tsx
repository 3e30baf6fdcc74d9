import type { RunPreview } from '#shared/models/run-preview';
import { formatCount, formatParameters } from '#shared/text/number';
import { decimalText } from '../../../components/number-text';
import { SectionCard } from '../../../components/section-card';
import classes from './run-cost-panel.module.css';

type Stages = RunPreview['stages'];

/** The stages of a run, if it has more than one. */
export function StageTable({ stages }: { readonly stages: Stages }) {
  if (stages.length < 2) return null;
  return (
    <SectionCard title="Stages" description="One after another, each with its own schedule">
      <table className={classes['weights']}>
        <thead>
          <tr>
            <th scope="col" style={{ textAlign: 'left' }}>
              {' '}
              Trained layers{' '}
            </th>
            {['Epochs', 'Peak rate', 'Weights'].map((title) => (
              <th key={title} scope="col" style={{ textAlign: 'right' }}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stages.map(({ name, epochs, learningRate, trainableParameters }, index) => (
            <tr key={name}>
              <td>
                {index + 1} {name}
              </td>
              <td className="tabular" style={{ textAlign: 'right' }}>
                {formatCount(epochs)}
              </td>
              <td className="tabular" style={{ textAlign: 'right' }}>
                {learningRate === 0 ? '–' : decimalText(learningRate)}
              </td>
              <td className="tabular" style={{ textAlign: 'right' }}>
                {trainableParameters === null ? '–' : formatParameters(trainableParameters)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SectionCard>
  );
}
