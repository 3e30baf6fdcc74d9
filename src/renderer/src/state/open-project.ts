import type { ProjectSummary } from '#shared/models/project';
import { useCommand } from './requests';
import { useSession } from './session';

/** Makes this the window's project and shows its images. */
export function enterProject(project: ProjectSummary): void {
  useSession.getState().setProject(project);
  useSession.getState().go('data');
}

/** What was asked to be opened last, in any part of the window. */
let asked = '';

/** Opens a project. Of two that were asked for, the later one is entered, whichever answer comes last. */
export function useOpening(name: 'projects.open' | 'projects.reopen', enter = enterProject) {
  const command = useCommand(name, {
    onSuccess: (project, input) => {
      if (JSON.stringify(input) === asked) enter(project);
    },
  });
  const mutate: typeof command.mutate = (input) => {
    asked = JSON.stringify(input);
    command.mutate(input);
  };
  return { ...command, mutate };
}
