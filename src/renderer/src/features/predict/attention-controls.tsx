import { NativeSelect, SegmentedControl, Slider, Switch, Text } from '@mantine/core';
import { lastLayer, type MapChoice } from '#shared/imaging/attention-overlay';
import { type ColourMapName, colourMapNames } from '#shared/imaging/colour-maps';
import type { AttentionShape } from '#shared/models/attention';
import { usePredictStore } from './predict-store';
import classes from './prediction-viewer.module.css';

/** Selects the attention map to overlay and its appearance. */
export function AttentionControls({ shape, choice }: { readonly shape: AttentionShape; readonly choice: MapChoice }) {
  const view = usePredictStore((state) => state.view);
  const setView = usePredictStore.getState().setView;
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  return (
    <section className={classes['controls']} aria-label="Attention overlay">
      <Switch
        label="Attention overlay"
        checked={view.overlay}
        onChange={(event) => setView({ overlay: event.currentTarget.checked })}
      />
      <Switch
        label="Side by side"
        checked={view.sideBySide}
        disabled={!view.overlay}
        onChange={(event) => setView({ sideBySide: event.currentTarget.checked })}
      />
      <SegmentedControl
        aria-label="Attention map"
        value={choice.kind}
        disabled={!view.overlay}
        onChange={(kind) =>
          setView({
            choice: kind === 'rollout' ? { kind: 'rollout' } : lastLayer(shape),
          })
        }
        data={[
          { value: 'rollout', label: 'Rollout' },
          { value: 'layer', label: 'Layer' },
        ]}
      />
      <SegmentedControl
        aria-label="Colour map"
        value={view.colourMap}
        disabled={!view.overlay}
        onChange={(name) => setView({ colourMap: name as ColourMapName })}
        data={colourMapNames.map((name) => ({ value: name, label: name === 'inferno' ? 'Inferno' : 'Viridis' }))}
      />
      {choice.kind === 'layer' && (
        <>
          <NativeSelect
            label="Layer"
            disabled={!view.overlay}
            value={String(choice.layer)}
            onChange={(event) => setView({ choice: { ...choice, layer: Number(event.currentTarget.value) } })}
            data={numbers(shape.layers).map((layer) => ({
              value: String(layer),
              label: layer === shape.layers - 1 ? `${layer + 1} (last)` : String(layer + 1),
            }))}
          />
          <NativeSelect
            label="Head"
            disabled={!view.overlay}
            value={choice.head === null ? 'mean' : String(choice.head)}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setView({ choice: { ...choice, head: value === 'mean' ? null : Number(value) } });
            }}
            data={[
              { value: 'mean', label: `Mean of ${shape.heads}` },
              ...numbers(shape.heads).map((head) => ({ value: String(head), label: String(head + 1) })),
            ]}
          />
        </>
      )}
      <div style={{ gridColumn: 'span 2' }}>
        <Text size="xs" mb={4}>
          Opacity {Math.round(view.opacity * 100)} %
        </Text>
        <Slider
          thumbLabel="Overlay opacity"
          size="sm"
          min={0}
          max={100}
          label={null}
          disabled={!view.overlay}
          value={Math.round(view.opacity * 100)}
          onChange={(value) => setView({ opacity: value / 100 })}
        />
      </div>
    </section>
  );
}
