import { Button, CopyButton, Group, Select, Stack, Text } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import type { BackboneSummary } from '#shared/models/backbone';
import { stepsByHand } from '#shared/text/checkpoint-by-hand';
import { Dialog } from '../../components/dialog';
import { SectionCard } from '../../components/section-card';
import classes from './weights.module.css';

/** The steps to fetch weights on another computer, with a button to copy them. */
function Steps({ backbone }: { readonly backbone: BackboneSummary }) {
  const steps = stepsByHand(backbone);
  const text = [backbone.name, ...steps.map((step, index) => `${index + 1}. ${step}`)].join('\n');
  return (
    <Stack gap="sm">
      {backbone.terms !== null && <Text size="sm">{backbone.terms}</Text>}
      <ol className={classes['steps']}>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Group>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={copied ? <Check size={14} /> : <Copy size={14} />} onClick={copy}>
              {copied ? 'Copied' : 'Copy these steps'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}

export interface StepsDialogProps {
  /** Null while closed. */
  readonly backbone: BackboneSummary | null;
  readonly onClose: () => void;
}

/** How to get weights that cannot be downloaded from here. */
export function StepsDialog({ backbone, onClose }: StepsDialogProps) {
  return (
    <Dialog
      opened={backbone !== null}
      onClose={onClose}
      title={backbone === null ? '' : `Get ${backbone.name}`}
      size="lg"
    >
      {backbone !== null && <Steps backbone={backbone} />}
    </Dialog>
  );
}

export interface WithoutInternetProps {
  /** Those of the catalogue, the recommended ones first. */
  readonly backbones: readonly BackboneSummary[];
}

/** For a computer without internet: the steps on another one. */
export function WithoutInternet({ backbones }: WithoutInternetProps) {
  const [name, setName] = useState<string | null>(null);
  const backbone = backbones.find((one) => one.name === name) ?? backbones[0];
  if (backbone === undefined) return null;
  return (
    <SectionCard
      title="Without internet"
      description="Fetch the files on another computer and bring them here. Fovea goes online only for a download that you start."
    >
      <Stack gap="sm">
        <Select
          aria-label="Weights to fetch on another computer"
          allowDeselect={false}
          data={backbones.map((one) => one.name)}
          value={backbone.name}
          onChange={setName}
        />
        <Steps backbone={backbone} />
      </Stack>
    </SectionCard>
  );
}
