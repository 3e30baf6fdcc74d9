import { Badge, Text } from '@mantine/core';
import { type BackboneSummary, isSmall } from '#shared/models/backbone';
import { formatParameters } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';

/** "22.1 M parameters · 224 px, patches of 14". */
export const shapeText = ({ parameters, imageSize, patchSize }: BackboneSummary): string =>
  `${formatParameters(parameters)} parameters · ${imageSize} px, patches of ${patchSize}`;

/** "about 2 min", from there on in whole minutes; a dash if the machine's speed is unknown. */
export const timeText = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined
    ? '–'
    : `about ${formatDuration(seconds < 120 ? seconds : 60 * Math.round(seconds / 60))}`;

/** Where weights come from, and whether they are small. */
export function WeightsBadges({ backbone }: { readonly backbone: BackboneSummary }) {
  return (
    <>
      {backbone.source === 'included' && <Badge color="accent">Included</Badge>}
      {backbone.source === 'imported' && <Badge color="accent">On this computer</Badge>}
      {backbone.gated && !backbone.installed && (
        <Badge color="gray" variant="outline">
          Terms to accept
        </Badge>
      )}
      {isSmall(backbone) && (
        <Badge color="gray" variant="outline">
          Small
        </Badge>
      )}
    </>
  );
}

/** The licence, and what it or the authors demand. */
export function LicenceText({ backbone }: { readonly backbone: BackboneSummary }) {
  return (
    <Text size="xs" c="dimmed">
      Licence: {backbone.licence ?? 'not stated; ask where the weights come from'}.{' '}
      {backbone.terms !== null && backbone.terms}
    </Text>
  );
}
