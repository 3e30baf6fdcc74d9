import { Button } from '@mantine/core';
import { FolderOpen } from 'lucide-react';
import { Activity, type ReactNode, useRef } from 'react';
import { assertNever } from '#shared/ipc/errors';
import type { ProjectSummary } from '#shared/models/project';
import { EmptyState } from './components/empty-state';
import { ErrorBoundary } from './components/error-boundary';
import { Page, PageHeader } from './components/page';
import { DataScreen } from './features/data/data-screen';
import { EvaluateScreen } from './features/evaluate/evaluate-screen';
import { PredictScreen } from './features/predict/predict-screen';
import { ProjectsScreen } from './features/projects/projects-screen';
import { SettingsScreen } from './features/settings/settings-screen';
import { TrainScreen } from './features/train/train-screen';
import { WeightsScreen } from './features/weights/weights-screen';
import { type Screen, screens, useSession } from './state/session';

export const screenTitles: Record<Screen, string> = {
  projects: 'Projects',
  data: 'Data',
  train: 'Train',
  evaluate: 'Evaluate',
  predict: 'Predict',
  weights: 'Weights',
  settings: 'Settings',
};

/** Keeps visited screens as they were left: hidden, with their effects off, until they show again. */
export function Screens() {
  const current = useSession((state) => state.screen);
  const project = useSession((state) => state.project);
  const visited = useRef(new Set<Screen>());
  visited.current.add(current);
  return screens
    .filter((screen) => visited.current.has(screen))
    .map((screen) => (
      <Activity
        key={`${screen}:${needsProject(screen) ? project?.id : ''}`}
        mode={screen === current ? 'visible' : 'hidden'}
      >
        <ErrorBoundary name={`The ${screenTitles[screen]} screen`}>{renderScreen(screen, project)}</ErrorBoundary>
      </Activity>
    ));
}

function needsProject(screen: Screen): boolean {
  return screen !== 'projects' && screen !== 'weights' && screen !== 'settings';
}

function renderScreen(screen: Screen, project: ProjectSummary | null): ReactNode {
  if (project === null && needsProject(screen)) return <NoProject title={screenTitles[screen]} />;
  switch (screen) {
    case 'projects':
      return <ProjectsScreen />;
    case 'weights':
      return <WeightsScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'data':
      return project && <DataScreen project={project} />;
    case 'train':
      return project && <TrainScreen project={project} />;
    case 'evaluate':
      return project && <EvaluateScreen project={project} />;
    case 'predict':
      return project && <PredictScreen project={project} />;
    default:
      return assertNever(screen);
  }
}

function NoProject({ title }: { readonly title: string }) {
  const go = useSession((state) => state.go);
  return (
    <Page>
      <PageHeader title={title} />
      <EmptyState
        icon={FolderOpen}
        title="No project is open"
        actions={<Button onClick={() => go('projects')}>Go to Projects</Button>}
      >
        Images, runs and results belong to a project. Open one, create one, or try the sample project.
      </EmptyState>
    </Page>
  );
}
