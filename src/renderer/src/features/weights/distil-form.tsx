import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { RequestInput } from '#shared/ipc/contract';
import type { BackboneSummary } from '#shared/models/backbone';
import { REDUCED_STUDENT } from '#shared/models/distillation';
import { DialogFooter } from '../../components/dialog-footer';

export interface DistilFormProps {
  readonly teachers: readonly BackboneSummary[];
  readonly taken: ReadonlySet<string>;
  readonly onStart: (input: Omit<RequestInput<'distillations.start'>, 'project'>) => Promise<void>;
  readonly onClose: () => void;
}

const students = [
  { value: REDUCED_STUDENT, label: 'Half of the teacher, from its weights' },
  { value: 'vit-tiny-patch16-224', label: 'ViT-Tiny, from random weights' },
  { value: 'vit-micro', label: 'ViT-micro, from random weights' },
];
const times = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '600', label: '10 hours, over night' },
];

/** `facebook/dinov2-small` becomes `dinov2-small, distilled`, with a number if there is one already. */
export function proposedName(teacher: string, taken: ReadonlySet<string>): string {
  const wanted = `${teacher.split('/').at(-1)}, distilled`;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Choices of a distillation, all with defaults. */
export function DistilForm({ teachers, taken, onStart, onClose }: DistilFormProps) {
  const [teacher, setTeacher] = useState(teachers[0]?.name ?? '');
  const [student, setStudent] = useState<string>(REDUCED_STUDENT);
  const [minutes, setMinutes] = useState('60');
  const [typed, setTyped] = useState<string | null>(null);
  const name = (typed ?? proposedName(teacher, taken)).trim();
  const problem = name === '' ? 'A name is needed.' : taken.has(name) ? 'There is a backbone of this name.' : null;
  return (
    <Stack gap="sm">
      <Select
        label="Teacher"
        description="Its licence applies to the new backbone too."
        allowDeselect={false}
        data={teachers.map((one) => one.name)}
        value={teacher}
        onChange={(value) => value !== null && setTeacher(value)}
      />
      <Select
        label="Student"
        allowDeselect={false}
        data={students}
        value={student}
        onChange={(value) => value !== null && setStudent(value)}
      />
      <Select
        label="Time"
        description="Training runs wait meanwhile."
        allowDeselect={false}
        data={times}
        value={minutes}
        onChange={(value) => value !== null && setMinutes(value)}
      />
      <TextInput
        label="Name"
        value={typed ?? name}
        error={problem}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <DialogFooter>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={problem !== null}
          onClick={() => void onStart({ teacher, student, name, minutes: Number(minutes) })}
        >
          Start
        </Button>
      </DialogFooter>
    </Stack>
  );
}
