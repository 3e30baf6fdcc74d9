import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import type { BackboneSummary } from '#shared/models/backbone';
import { defaultBackbone } from '#shared/training/default-backbone';
import { ErrorAlert } from '../../components/error-alert';
import { Page, PageBody, PageHeader } from '../../components/page';
import { useDestination } from '../../state/destinations';
import { useCommand, useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import { DistilCard } from './distil-card';
import { ImportCard } from './import-card';
import { InstalledWeights } from './installed-weights';
import { KnownWeights } from './known-weights';
import { RecommendationCards } from './recommendation-cards';
import { StepsDialog, WithoutInternet } from './without-internet';

/** Pretrained weights: what suits this computer, how to get it, and what is here. */
export function WeightsScreen() {
  useDestination({ weights: () => {} });
  const list = useRequest('backbones.list', {});
  const recommended = useRequest('backbones.recommend', {}, { keepPrevious: true });
  const measure = useCommand('backbones.measure');
  const settings = useRequest('settings.get', {});
  const [steps, setSteps] = useState<BackboneSummary | null>(null);
  const project = useSession((state) => state.project);
  const backbones = list.data?.backbones ?? [];
  const here = backbones.filter(({ source }) => source === 'included' || source === 'imported');
  const known = backbones.filter(({ source }) => source === 'catalogue');
  const secondsPerThousand = recommended.data?.secondsPerThousand ?? {};
  const rank = new Map(recommended.data?.recommendations.map(({ backbone }, index) => [backbone.name, index]));
  const byRank = known.toSorted((a, b) => (rank.get(a.name) ?? rank.size) - (rank.get(b.name) ?? rank.size));
  const standard = defaultBackbone(backbones, settings.data?.lastBackbone ?? null);

  return (
    <Page>
      <PageHeader title="Weights" description="Pretrained models from which a run starts" />
      <PageBody wide>
        <RecommendationCards
          data={recommended.data}
          error={recommended.isError ? recommended.error : null}
          onMeasure={() => measure.mutate({})}
          measuring={measure.isPending}
          onSteps={setSteps}
        />
        <ImportCard />
        {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
        {list.isPending && <Skeleton h={120} />}
        {list.data !== undefined && (
          <>
            <InstalledWeights
              backbones={here}
              standard={standard?.name ?? null}
              secondsPerThousand={secondsPerThousand}
            />
            {project !== null && here.length > 0 && (
              <DistilCard
                project={project}
                teachers={here.toSorted((a, b) => b.parameters - a.parameters)}
                taken={new Set(backbones.filter(({ installed }) => installed).map(({ name }) => name))}
              />
            )}
            <KnownWeights backbones={known} secondsPerThousand={secondsPerThousand} onSteps={setSteps} />
            <WithoutInternet backbones={byRank} />
          </>
        )}
      </PageBody>
      <StepsDialog backbone={steps} onClose={() => setSteps(null)} />
    </Page>
  );
}
