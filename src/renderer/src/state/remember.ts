import { invoke } from '../bridge/bridge';
import { refreshRuns } from './activity';
import { isScreen, useSession } from './session';
import { showError } from './toasts';

/** Restores theme, project and screen of the last session. A missing project is not an error. */
export async function restoreSession(): Promise<void> {
  const settings = await invoke('settings.get', {});
  useSession.setState({ theme: settings.theme });
  const { recent } = await invoke('projects.list', {});
  const last = recent.find(({ folder, available }) => available && folder === settings.lastProject);
  if (last !== undefined) {
    try {
      useSession.getState().setProject(await invoke('projects.reopen', { project: last.id }));
    } catch (error) {
      showError(error);
    }
  }
  if (isScreen(settings.lastScreen)) {
    const open = useSession.getState().project !== null;
    useSession.setState({
      screen:
        open || settings.lastScreen === 'settings' || settings.lastScreen === 'weights'
          ? settings.lastScreen
          : 'projects',
    });
  }
}

/** Saves theme, project and screen on every change, and fetches the runs of a newly opened project. */
export function followSession(): () => void {
  const { project } = useSession.getState();
  if (project !== null) refreshRuns(project.id).catch(showError);
  return useSession.subscribe((now, before) => {
    if (now.theme !== before.theme) invoke('settings.set', { theme: now.theme }).catch(showError);
    if (now.screen !== before.screen) invoke('settings.set', { lastScreen: now.screen }).catch(showError);
    if (now.project?.id !== before.project?.id) {
      invoke('settings.set', { lastProject: now.project?.folder ?? null }).catch(showError);
      if (now.project !== null) refreshRuns(now.project.id).catch(showError);
    }
  });
}
