import type { ProjectSummary } from '#shared/models/project';
import { useCommand } from './requests';
import { useSession } from './session';

/** Makes this the window's project and shows its images. */
export function enterProject(project: ProjectSummary): void {
  useSession.getState().setProject(project);
  useSession.getState().go('data');
}

/** Input of the latest request to open a project, from anywhere in the window. */
let latestInput = '';

/** Opens a project. If two are requested, only the later one is entered, whichever answer comes last. */
export function useOpening(name: 'projects.open' | 'projects.reopen', enter = enterProject) {
  const command = useCommand(name, {
    onSuccess: (project, input) => {
      if (JSON.stringify(input) === latestInput) enter(project);
    },
  });
  const mutate: typeof command.mutate = (input) => {
    latestInput = JSON.stringify(input);
    command.mutate(input);
  };
  return { ...command, mutate };
}
