import { Button, Text, UnstyledButton } from '@mantine/core';
import { ChevronDown, ChevronUp, Circle, CircleCheck, CircleDashed } from 'lucide-react';
import { useState } from 'react';
import { type ChecklistStep, nextStep } from '#shared/checklist/project-checklist';
import { useChecklist } from '../../state/checklist';
import { openDestination } from '../../state/destinations';
import { useSession } from '../../state/session';
import classes from './checklist-panel.module.css';

/** The open project's way from images to predictions: what is done, and the next step as a button. */
export function ChecklistPanel() {
  const project = useSession((state) => state.project);
  return project === null ? null : <ProjectChecklist key={project.id} project={project.id} />;
}

function ProjectChecklist({ project }: { readonly project: string }) {
  const steps = useChecklist(project);
  const [isOpen, setOpen] = useState(true);
  if (steps === null) return null;
  const next = nextStep(steps);
  const done = steps.filter((step) => step.done).length;
  const Chevron = isOpen ? ChevronUp : ChevronDown;
  return (
    <section className={classes['panel']} aria-label="Checklist">
      <UnstyledButton className={classes['head']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span>
          {done} of {steps.length} steps
        </span>
        <Chevron size={14} aria-hidden />
      </UnstyledButton>
      {isOpen && (
        <ol className={classes['steps']}>
          {steps.map((step) => (
            <li key={step.id}>
              <StepRow step={step} isNext={step === next} />
            </li>
          ))}
        </ol>
      )}
      {next !== null && (
        <Button
          fullWidth
          size="compact-sm"
          aria-label={`Next step: ${next.action.label}`}
          onClick={() => openDestination(next.action.destination)}
        >
          {next.action.label}
        </Button>
      )}
    </section>
  );
}

function StepRow({ step, isNext }: { readonly step: ChecklistStep; readonly isNext: boolean }) {
  const { title, detail, done, optional, action } = step;
  const Icon = done ? CircleCheck : optional ? CircleDashed : Circle;
  return (
    <UnstyledButton
      className={classes['step']}
      data-done={done || undefined}
      data-next={isNext || undefined}
      title={`${title}: ${detail}`}
      aria-label={`${title}: ${detail}${done ? ', done' : ''}`}
      onClick={() => openDestination(action.destination)}
    >
      <Icon size={14} aria-hidden />
      <Text span size="xs" fw={isNext ? 600 : 500}>
        {title}
      </Text>
      <Text span size="xs" c="dimmed" truncate>
        {detail}
      </Text>
    </UnstyledButton>
  );
}
