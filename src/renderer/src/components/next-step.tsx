import { Button } from '@mantine/core';
import { ArrowRight } from 'lucide-react';
import { nextStep } from '#shared/checklist/project-checklist';
import { useChecklist } from '../state/checklist';
import { openDestination } from '../state/destinations';

/** The button of a project's next step, for views that are empty until it is done. */
export function NextStepButton({ project }: { readonly project: string }) {
  const steps = useChecklist(project);
  const next = steps === null ? null : nextStep(steps);
  if (next === null) return null;
  return (
    <Button rightSection={<ArrowRight size={14} />} onClick={() => openDestination(next.action.destination)}>
      {next.action.label}
    </Button>
  );
}
