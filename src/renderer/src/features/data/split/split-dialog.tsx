import { Dialog } from '../../../components/dialog';
import { WrongFields } from '../../../components/wrong-fields';
import { SplitEditor, type SplitEditorProps } from './split-editor';

export interface SplitDialogProps extends SplitEditorProps {
  readonly opened: boolean;
}

/** Which images train, which choose the model, and which are kept for the end. */
export function SplitDialog({ opened, onClose, project, summary }: SplitDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Split into train, validation and test" size={680}>
      <WrongFields>
        <SplitEditor project={project} summary={summary} onClose={onClose} />
      </WrongFields>
    </Dialog>
  );
}
