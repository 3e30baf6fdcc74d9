import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { Download, Play, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { type RunCard, type RunCardKind, type RunOffer, searchMinutes } from '#shared/models/run-card';
import type { RunConfig } from '#shared/models/run-config';
import { formatMemory } from '#shared/text/number';
import { formatShortDuration } from '#shared/text/time';
import { deviceNames } from '#shared/training/device-names';
import { isLogisticRegression } from '#shared/training/stages';
import { EditControls } from '../../../components/read-only';
import { SectionCard } from '../../../components/section-card';
import { presetTitle } from '../parts/presets';
import classes from './run-cards.module.css';

const texts: Readonly<Record<RunCardKind, { readonly title: string; readonly text: string }>> = {
  fast: {
    title: 'Fast',
    text: 'Trains a head on the features of a pretrained model. A first result within minutes.',
  },
  better: {
    title: 'Better',
    text: 'Also adapts the model itself to your images, as far as this computer allows.',
  },
  best: {
    title: 'Best',
    text: 'Tries one improvement after another within a time that you choose, and keeps what is proven to help.',
  },
};

export interface RunCardViewProps {
  readonly card: RunCard;
  /** The card to recommend. */
  readonly isFirst: boolean;
  /** Why nothing can start; null if it can. */
  readonly blocked: string | null;
  readonly isStarting: boolean;
  readonly onStart: (offer: RunOffer) => void;
  /** Opens all settings, with those of the offer if there is one. */
  readonly onAdvanced: (offer: RunOffer | null) => void;
  readonly onGetWeights: () => void;
}

/** A ready-made run with its cost and its start button, or why it is not offered. */
export function RunCardView(props: RunCardViewProps) {
  const { card, isFirst, blocked, isStarting, onStart, onAdvanced, onGetWeights } = props;
  const { title, text } = texts[card.kind];
  const [minutes, setMinutes] = useState<number | null>(null);
  const offer = card.offer === null ? null : withMinutes(card.offer, minutes);
  return (
    <SectionCard title={title} description={text}>
      {offer === null ? (
        <Stack gap="sm" className={classes['content']}>
          <Text size="sm">{card.reason}</Text>
          <Group gap="xs" mt="auto">
            {card.needsWeights && (
              <Button variant="default" leftSection={<Download size={14} />} onClick={onGetWeights}>
                Get weights
              </Button>
            )}
            {!card.needsWeights && (
              <Button variant="default" leftSection={<SlidersHorizontal size={14} />} onClick={() => onAdvanced(null)}>
                Advanced settings
              </Button>
            )}
          </Group>
        </Stack>
      ) : (
        <Stack gap="sm" className={classes['content']}>
          {offer.config.preset === 'auto' && (
            <SegmentedControl
              aria-label="Time for the search"
              fullWidth
              data={searchMinutes.map((value) => ({ value: String(value), label: `${value} min` }))}
              value={String(offer.config.minutes)}
              onChange={(value) => setMinutes(Number(value))}
            />
          )}
          <Facts offer={offer} />
          <Group gap="xs" mt="auto" wrap="nowrap">
            <EditControls>
              <Button
                aria-label={`Start: ${title}`}
                variant={isFirst ? 'filled' : 'default'}
                leftSection={<Play size={15} />}
                disabled={blocked !== null}
                {...(blocked === null ? {} : { title: blocked })}
                loading={isStarting}
                onClick={() => onStart(offer)}
              >
                Start
              </Button>
            </EditControls>
            <Button variant="subtle" aria-label={`Change settings: ${title}`} onClick={() => onAdvanced(offer)}>
              Change settings
            </Button>
          </Group>
        </Stack>
      )}
    </SectionCard>
  );
}

/** The offer with the time that a person chose for its search. */
const withMinutes = (offer: RunOffer, minutes: number | null): RunOffer =>
  minutes === null ? offer : { ...offer, seconds: 60 * minutes, config: { ...offer.config, minutes } };

function presetText(config: RunConfig): string {
  const title = presetTitle(config.preset);
  if (config.preset === 'auto') return title;
  return `${title}, ${isLogisticRegression(config) ? 'logistic regression' : `${config.epochs} epochs`}`;
}

function Facts({ offer }: { readonly offer: RunOffer }) {
  const { config, seconds } = offer;
  const facts: readonly (readonly [string, string])[] = [
    ['Time', seconds === null ? 'measured during the run' : `about ${formatShortDuration(seconds)}`],
    ['Memory', `about ${formatMemory(offer.memoryMB)}`],
    ['Model', `${config.backbone}${offer.pretrained ? '' : ', from scratch'}`],
    ['Image size', `${offer.imageSize} px`],
    ['Preset', presetText(config)],
    ['Device', deviceNames[offer.device]],
  ];
  return (
    <dl className={classes['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
