import { Button, Group, Select, Skeleton, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Package } from 'lucide-react';
import type { BackboneSummary } from '#shared/models/backbone';
import { formatParameters } from '#shared/text/number';
import { ErrorAlert } from '../../../components/error-alert';
import { SectionCard } from '../../../components/section-card';
import { useSession } from '../../../state/session';
import { DecimalSetting } from './setting-row';

export interface BackboneSectionProps {
  readonly list: UseQueryResult<{ backbones: readonly BackboneSummary[] }>;
  readonly value: string;
  readonly onChange: (backbone: string) => void;
  /** Side length in pixels; null = the backbone's own. */
  readonly imageSize: number | null;
  readonly onImageSize: (imageSize: number | null) => void;
}

/** "5.5 M parameters · 224 px, patches of 16 · 12 layers × 3 heads · pretrained". */
export function backboneFacts(backbone: BackboneSummary): string {
  return [
    `${formatParameters(backbone.parameters)} parameters`,
    `${backbone.imageSize} px, patches of ${backbone.patchSize}`,
    `${backbone.layers} layers × ${backbone.heads} heads`,
    backbone.pretrained ? 'pretrained' : 'from scratch',
  ].join(' · ');
}

const groups: readonly { readonly source: BackboneSummary['source']; readonly label: string }[] = [
  { source: 'imported', label: 'Pretrained, on this computer' },
  { source: 'included', label: 'Pretrained, included with Fovea' },
  { source: 'architecture', label: 'From scratch' },
  { source: 'catalogue', label: 'Not downloaded' },
];

/** Chooses and describes the backbone. */
export function BackboneSection({ list, value, onChange, imageSize, onImageSize }: BackboneSectionProps) {
  const go = useSession((state) => state.go);
  const backbones = list.data?.backbones ?? [];
  const chosen = backbones.find(({ name }) => name === value);
  const data = groups
    .map(({ source, label }) => ({
      group: label,
      items: backbones
        .filter((backbone) => backbone.source === source)
        .map(({ name, installed }) => ({ value: name, label: name, disabled: !installed })),
    }))
    .filter(({ items }) => items.length > 0);

  return (
    <SectionCard
      title="Backbone"
      actions={
        <Button variant="default" leftSection={<Package size={14} />} onClick={() => go('weights')}>
          Get weights
        </Button>
      }
    >
      {list.isPending && <Skeleton h={34} />}
      {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
      {list.data !== undefined && (
        <>
          <Select
            aria-label="Backbone"
            allowDeselect={false}
            searchable
            maxDropdownHeight={320}
            data={data}
            value={chosen === undefined ? null : value}
            placeholder={`${value} is not on this computer`}
            onChange={(name) => name !== null && onChange(name)}
            renderOption={({ option }) => {
              const backbone = backbones.find(({ name }) => name === option.value);
              return (
                <Group gap={8} justify="space-between" flex={1} wrap="nowrap">
                  <span>{option.label}</span>
                  <Text size="xs" c="dimmed" span ta="right">
                    {backbone === undefined
                      ? ''
                      : `${formatParameters(backbone.parameters)} · ${backbone.imageSize} px${option.disabled === true ? ' · not downloaded' : ''}`}
                  </Text>
                </Group>
              );
            }}
          />
          {chosen !== undefined && (
            <>
              <Text size="xs" c="dimmed" mt={6} mb={6}>
                {chosen.description} {backboneFacts(chosen)}
                {chosen.licence === null ? '' : ` · licence ${chosen.licence}`}
              </Text>
              <DecimalSetting
                label="Image size"
                help={`Input width and height in pixels, a multiple of ${chosen.patchSize}. Larger images show finer detail and take longer.`}
                value={imageSize}
                placeholder={`Auto: ${chosen.imageSize}`}
                check={(size) =>
                  size === chosen.imageSize ||
                  (Number.isInteger(size) && size >= chosen.patchSize && size <= 1024 && size % chosen.patchSize === 0)
                    ? null
                    : `Multiple of ${chosen.patchSize}, up to 1024`
                }
                onChange={onImageSize}
              />
            </>
          )}
        </>
      )}
    </SectionCard>
  );
}
