import { Button, Group, SimpleGrid, Skeleton, Stack, Text, Title, Tooltip } from '@mantine/core';
import { Gauge } from 'lucide-react';
import type { BackboneSummary } from '#shared/models/backbone';
import type { Recommendation, Recommendations } from '#shared/models/recommendation';
import { machineText, roleTitles } from '#shared/text/machine-text';
import { ErrorAlert } from '../../components/error-alert';
import { SectionCard } from '../../components/section-card';
import { DownloadControl } from './download-control';
import classes from './weights.module.css';
import { LicenceText, shapeText, timeText, WeightsBadges } from './weights-facts';

const purposes: Readonly<Record<Recommendation['role'], string>> = {
  fast: 'A result soon',
  better: 'Usually more accurate',
  medical: 'Learned from medical images',
};

export interface RecommendationCardsProps {
  /** Undefined while this computer is measured. */
  readonly data: Recommendations | undefined;
  readonly error: unknown;
  /** Measures this computer again. */
  readonly onMeasure: () => void;
  readonly measuring: boolean;
  readonly onSteps: (backbone: BackboneSummary) => void;
}

/** Up to three weights chosen for this computer. */
export function RecommendationCards({ data, error, onMeasure, measuring, onSteps }: RecommendationCardsProps) {
  return (
    <SectionCard
      title="Recommended for this computer"
      description={data === undefined ? 'Measuring how fast this computer is…' : machineText(data.machine)}
      actions={
        data !== undefined && (
          <Tooltip label="If the computer was busy, the times are too long" multiline w={200}>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<Gauge size={14} />}
              loading={measuring}
              onClick={onMeasure}
            >
              Measure again
            </Button>
          </Tooltip>
        )
      }
    >
      {error !== null && <ErrorAlert error={error} onRetry={onMeasure} />}
      {error === null && data === undefined && (
        <SimpleGrid cols={3} aria-busy="true" aria-label="Measuring this computer">
          {[1, 2, 3].map((card) => (
            <Skeleton key={card} h={210} />
          ))}
        </SimpleGrid>
      )}
      {data !== undefined && (
        <>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
            {data.recommendations.map((recommendation) => (
              <Card key={recommendation.role} recommendation={recommendation} onSteps={onSteps} />
            ))}
          </SimpleGrid>
          <Text size="xs" c="dimmed" mt="sm">
            Times are estimates for reading 1,000 images once, which is most of a fast run. A download connects to
            huggingface.co; nothing about you or your images is sent.
          </Text>
        </>
      )}
    </SectionCard>
  );
}

interface CardProps {
  readonly recommendation: Recommendation;
  readonly onSteps: (backbone: BackboneSummary) => void;
}

function Card({ recommendation: { role, backbone, secondsPerThousand }, onSteps }: CardProps) {
  return (
    <section className={classes['card']} aria-label={`${roleTitles[role]}: ${backbone.name}`}>
      <Stack gap={6} flex={1}>
        <div>
          <Text fw={600} c="var(--fovea-accent-text)">
            {roleTitles[role]}
          </Text>
          <Text size="xs" c="dimmed">
            {purposes[role]}
          </Text>
        </div>
        <Group gap={6}>
          <Title order={3} fz="md" className={classes['name']}>
            {backbone.name}
          </Title>
          <WeightsBadges backbone={backbone} />
        </Group>
        <Text size="sm">{backbone.description}</Text>
        <Text size="xs" c="dimmed" className="tabular">
          {shapeText(backbone)}
          {backbone.training !== null && ` · learned from ${backbone.training}`}
        </Text>
        <Text size="sm" className="tabular">
          1,000 images: {timeText(secondsPerThousand)}
        </Text>
        <LicenceText backbone={backbone} />
      </Stack>
      <DownloadControl backbone={backbone} prominent onSteps={onSteps} />
    </section>
  );
}
