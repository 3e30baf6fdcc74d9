import { Text } from '@mantine/core';
import { FolderInput } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { invoke } from '../../bridge/bridge';
import { acceptDrop, droppedName } from '../../state/dropped';
import { enterProject } from '../../state/open-project';
import { type Screen, useSession } from '../../state/session';
import { showError, showToast } from '../../state/toasts';
import { readOnlyReason } from '../read-only';
import classes from './window-drop.module.css';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** Creates and enters a project for dropped images, whose import then opens. */
async function createProject(name: string | null): Promise<void> {
  enterProject(await invoke('projects.create', name === null ? {} : { name: name.slice(0, 120) }));
}

/** Screens with a drop zone of their own. Elsewhere on them drops are ignored: a browser would navigate to the file. */
const hasDropZone = (screen: Screen) => screen === 'predict' || screen === 'weights';

/** Accepts files dropped anywhere in the window and imports them into the open project, or into a new one. */
export function WindowDrop() {
  const project = useSession((state) => state.project);
  const elsewhere = useSession((state) => hasDropZone(state.screen));
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    const onEnter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth.current += 1;
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth.current = Math.max(0, depth.current - 1);
      if (depth.current === 0) setOver(false);
    };
    const onOver = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      const session = useSession.getState();
      if (hasDropZone(session.screen)) return;
      const readOnly = readOnlyReason();
      if (readOnly !== null) {
        showToast({ message: readOnly });
        return;
      }
      const name = droppedName(event.dataTransfer);
      acceptDrop(event.dataTransfer);
      if (session.project === null) createProject(name).catch(showError);
      else session.go('data');
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  if (!over || elsewhere) return null;
  return (
    <div className={classes['overlay']}>
      <div className={classes['frame']}>
        <FolderInput size={36} strokeWidth={1.5} aria-hidden />
        <Text size="lg" fw={600}>
          {project === null
            ? 'Drop to start a project with these images'
            : `Drop to add these images to ${project.name}`}
        </Text>
        <Text c="dimmed">
          {project === null
            ? 'It is named after the folder, and the images stay where they are'
            : 'You can check the files before anything is imported'}
        </Text>
      </div>
    </div>
  );
}
