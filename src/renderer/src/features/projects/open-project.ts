import type { ProjectSummary } from '#shared/models/project';
import { useSession } from '../../state/session';

/** Makes this the window's project and shows its images. */
export function enterProject(project: ProjectSummary): void {
  useSession.getState().setProject(project);
  useSession.getState().go('data');
}
