import type { DuplicateGroup } from '#shared/models/duplicates';
import { formatQuantity } from '#shared/text/number';
import type { ImageRow } from '../parts/image-list';

export const duplicateRow = (group: DuplicateGroup): ImageRow => ({
  key: group.id,
  image: group.images[0] ?? 0,
  title: `${formatQuantity(group.images.length, 'image')} · ${similarityText(group)}`,
  note: notes(group),
  warning: group.conflict || group.leak,
});

export function similarityText({ kind, similarity }: DuplicateGroup): string {
  return kind === 'exact' ? 'identical' : `${Math.min(99.9, Math.floor(similarity * 1000) / 10).toFixed(1)} %`;
}

function notes(group: DuplicateGroup): string {
  const list = [
    ...(group.conflict ? ['Labels differ'] : []),
    ...(group.leak ? ['across splits'] : []),
    ...(group.suspected ? ['to confirm'] : []),
    ...(group.alignment ? [group.alignment] : []),
    ...(group.byFeatures && !group.suspected ? ['confirmed'] : []),
    ...(group.common ? ['typical of its class'] : []),
    ...(group.kept ? ['kept'] : []),
  ];
  const text = list.join(', ');
  return text === '' ? 'Same label' : text.charAt(0).toUpperCase() + text.slice(1);
}
