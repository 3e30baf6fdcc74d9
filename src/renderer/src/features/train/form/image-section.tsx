import { intensityText, parseIntensity } from '#shared/imaging/intensity-text';
import type { Intensity } from '#shared/models/pipeline';
import { FoldableCard } from '../../../components/foldable-card';
import { useRequest } from '../../../state/requests';
import type { DraftConfig, SettingsProps } from '../parts/draft-store';
import { ChoiceSetting, DecimalSetting, SwitchSetting } from './setting-row';

const kinds = [
  { value: 'auto', label: 'File default' },
  { value: 'full-range', label: 'Full range' },
  { value: 'percentile', label: 'Percentiles' },
  { value: 'window', label: 'Chosen window' },
] as const satisfies readonly { value: Intensity['kind']; label: string }[];

/** One-line explanations of how each kind treats a file's values. */
const help: Readonly<Record<Intensity['kind'], string>> = {
  auto: 'The window stored in each file, or its full range if there is none.',
  'full-range': 'From the lowest to the highest value of each image, ignoring the window stored in the file.',
  percentile: 'Clips the darkest and brightest pixels of each image, to suppress outliers such as metal.',
  window: 'The same window for all images, in rescaled units: Hounsfield units for CT.',
};

/** Initial values of each kind: a soft-tissue window, and 1 % of the pixels at either end. */
const initialIntensities: Readonly<Record<Intensity['kind'], Intensity>> = {
  auto: { kind: 'auto' },
  'full-range': { kind: 'full-range' },
  percentile: { kind: 'percentile', low: 1, high: 99 },
  window: { kind: 'window', center: 40, width: 400 },
};

const intensityOf = ({ intensity }: DraftConfig): Intensity =>
  (intensity === undefined ? null : parseIntensity(intensity)) ?? { kind: 'auto' };

function summaryOf(draft: DraftConfig): string {
  const intensity = intensityOf(draft);
  const values =
    intensity.kind === 'window'
      ? `window ${intensity.center} / ${intensity.width}`
      : intensity.kind === 'percentile'
        ? `percentiles ${intensity.low} to ${intensity.high}`
        : intensity.kind === 'full-range'
          ? 'full range'
          : 'file default window';
  return `${values} · ${draft.crop === undefined ? 'whole image' : 'cropped to the tissue'}`;
}

/** Settings for turning file values into grey levels. Hidden if no file needs them: 8-bit images are used unchanged. */
export function ImageSection({ project, draft, change }: SettingsProps & { readonly project: string }) {
  const summary = useRequest('dataset.summary', { project });
  if ((summary.data?.kinds['dicom'] ?? 0) + (summary.data?.widePngs ?? 0) === 0) return null;
  const intensity = intensityOf(draft);
  const set = (next: Intensity) => change({ intensity: next.kind === 'auto' ? undefined : intensityText(next) });
  return (
    <FoldableCard title="Images" summary={summaryOf(draft)}>
      <ChoiceSetting
        label="Grey levels"
        help={help[intensity.kind]}
        value={intensity.kind}
        choices={kinds}
        onChange={(kind) => set(initialIntensities[kind])}
      />
      {intensity.kind === 'window' && (
        <>
          <DecimalSetting
            label="Window centre"
            help="Value shown as mid grey."
            value={intensity.center}
            onChange={(center) => set({ ...intensity, center: center ?? 0 })}
          />
          <DecimalSetting
            label="Window width"
            help="Range from black to white."
            value={intensity.width}
            check={(width) => (width > 0 ? null : 'Above 0')}
            onChange={(width) => set({ ...intensity, width: width ?? 1 })}
          />
        </>
      )}
      {intensity.kind === 'percentile' && (
        <>
          <DecimalSetting
            label="Lower percentile"
            help="Shown as black; below 50."
            value={intensity.low}
            check={(low) => (low >= 0 && low < 50 ? null : 'From 0 to below 50')}
            onChange={(low) => set({ ...intensity, low: low ?? 0 })}
          />
          <DecimalSetting
            label="Upper percentile"
            help="Shown as white; above 50."
            value={intensity.high}
            check={(high) => (high > 50 && high <= 100 ? null : 'Above 50, up to 100')}
            onChange={(high) => set({ ...intensity, high: high ?? 100 })}
          />
        </>
      )}
      {(summary.data?.modalities['US'] ?? 0) > 0 && (
        <SwitchSetting
          label="Crop to the tissue"
          help="Ultrasound only, if the file defines its tissue region. Removes banners and scales."
          value={draft.crop !== undefined}
          onChange={(on) => change({ crop: on ? 'ultrasound-region' : undefined })}
        />
      )}
    </FoldableCard>
  );
}
