import { Dialog } from '../../../components/dialog';
import { InvalidFields } from '../../../components/invalid-fields';
import { SplitEditor, type SplitEditorProps } from './split-editor';

export interface SplitDialogProps extends SplitEditorProps {
  readonly opened: boolean;
}

/** Divides the images into those that train, those that select the model, and those kept for the end. */
export function SplitDialog({ opened, onClose, project, summary }: SplitDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Split into train, validation and test" size={680}>
      <InvalidFields>
        <SplitEditor project={project} summary={summary} onClose={onClose} />
      </InvalidFields>
    </Dialog>
  );
}
