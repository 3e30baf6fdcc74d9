import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Fragment, useEffect, useMemo, useRef } from 'react';
import { type Overlay, selectMap } from '#shared/imaging/attention-overlay';
import { colourMapGradient } from '#shared/imaging/colour-maps';
import type { FilePrediction } from '#shared/models/prediction';
import { type SignOff, signOffWarning } from '#shared/models/sign-off';
import { viewsText } from '#shared/models/test-time';
import { formatFixed } from '#shared/text/number';
import { ClassChip } from '../../components/class-chip';
import { ErrorAlert } from '../../components/error-alert';
import { classColour } from '../../theme/class-colours';
import { describeChoice, fitChoice } from './attention';
import { AttentionControls } from './attention-controls';
import { paintOverlay } from './overlay-painter';
import { PictureMenu } from './picture-menu';
import screen from './predict-screen.module.css';
import { usePredictStore } from './predict-store';
import classes from './prediction-viewer.module.css';
import { usePredictionAttention, usePredictionImage } from './use-prediction-pixels';

/** Length of the canvas's long side in pixels: enough for a large window, few enough to redraw while a slider moves. */
const LONG_SIDE = 768;

/** One prediction: the image with its overlay, the class and all probabilities. */
export function PredictionViewer({
  prediction,
  model,
  signOff,
}: {
  readonly prediction: FilePrediction;
  readonly model: string;
  /** Sign-off of the run that made the model, if its split leaks. */
  readonly signOff: SignOff | null;
}) {
  const view = usePredictStore((state) => state.view);
  const image = usePredictionImage(prediction);
  const attention = usePredictionAttention(prediction);
  const maps = attention.data ?? null;
  const choice = maps === null ? null : fitChoice(maps, view.choice);
  const overlay: Overlay | null = useMemo(
    () =>
      maps === null || choice === null || !view.overlay
        ? null
        : { map: selectMap(maps, choice), colourMap: view.colourMap, opacity: view.opacity },
    [maps, choice, view.overlay, view.colourMap, view.opacity],
  );

  if (!prediction.ok) {
    return <NoPrediction prediction={prediction} />;
  }
  const mapText = maps === null || choice === null ? null : describeChoice(maps, choice);
  const predictionText = `${prediction.label ?? ''} ${formatFixed(prediction.confidence)}`;
  const described = overlay === null ? `Image ${prediction.name}` : `Attention over ${prediction.name}: ${mapText}`;
  return (
    <>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" truncate title={prediction.name}>
          {prediction.name}
        </Text>
        {image.data !== undefined && (
          <PictureMenu
            name={prediction.name}
            image={image.data}
            overlay={overlay}
            sideBySide={view.sideBySide}
            text={{ prediction: predictionText, map: overlay === null ? null : mapText, model }}
          />
        )}
      </Group>
      {image.isPending && <Skeleton className={classes['viewport'] ?? ''} />}
      {image.isError && <ErrorAlert error={image.error} onRetry={() => image.refetch()} />}
      {image.data !== undefined && (
        <div className={classes['views']}>
          {view.sideBySide && overlay !== null && (
            <ImageCanvas image={image.data} overlay={null} label={`Image ${prediction.name}`} />
          )}
          <ImageCanvas image={image.data} overlay={overlay} label={described} />
        </div>
      )}
      {overlay !== null && <ColourLegend colourMap={overlay.colourMap} mapText={mapText} />}
      {overlay !== null && maps?.frame !== undefined && (
        <Text size="xs" c="dimmed">
          The model saw the part of the image that the map covers.
        </Text>
      )}
      {attention.isError && <ErrorAlert error={attention.error} onRetry={() => attention.refetch()} />}
      <PredictionResult prediction={prediction} signOff={signOff} />
      {maps !== null && choice !== null && <AttentionControls shape={maps} choice={choice} />}
      {prediction.attention === null && (
        <Text size="xs" c="dimmed">
          No attention map for this prediction.
        </Text>
      )}
    </>
  );
}

function NoPrediction({ prediction }: { readonly prediction: FilePrediction }) {
  return (
    <>
      <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
        {prediction.name}
      </Title>
      <ErrorAlert
        title="No prediction for this file"
        error={{ code: prediction.error?.code ?? 'failed', message: prediction.error?.message ?? '', hint: null }}
      />
    </>
  );
}

/** Shows which colours are low and high. */
function ColourLegend(props: { readonly colourMap: Overlay['colourMap']; readonly mapText: string | null }) {
  const { colourMap, mapText } = props;
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs" c="dimmed">
        low
      </Text>
      <div
        className={classes['legendBar']}
        style={{ background: colourMapGradient(colourMap) }}
        role="img"
        aria-label="Colours from low to high attention"
      />
      <Text size="xs" c="dimmed" truncate>
        high · {mapText}, scaled to its own range
      </Text>
    </Group>
  );
}

/** The class, its confidence, and all probabilities. */
function PredictionResult({
  prediction,
  signOff,
}: {
  readonly prediction: FilePrediction;
  readonly signOff: SignOff | null;
}) {
  return (
    <Stack gap={8}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap={10} wrap="nowrap" miw={0} role="group" aria-label="Prediction">
          <Title order={2} size="h1" lineClamp={1}>
            {prediction.label}
          </Title>
          <Text size="xl" className="tabular">
            {formatFixed(prediction.confidence)}
          </Text>
        </Group>
        <span className={screen['mark']}>Research use only</span>
      </Group>
      {signOff !== null && (
        <Text size="xs" c="var(--fovea-warning-text)">
          {signOffWarning(signOff)}
        </Text>
      )}
      <section className={classes['probabilities']} aria-label="All probabilities">
        {prediction.probabilities.map(({ label, probability }, index) => (
          <Fragment key={label}>
            <ClassChip label={label} index={index} />
            <div className={classes['track']}>
              <span style={{ width: `${probability * 100}%`, background: classColour(index) }} />
            </div>
            <Text className="tabular" ta="right">
              {formatFixed(probability)}
            </Text>
          </Fragment>
        ))}
      </section>
      <Text size="xs" c="dimmed">
        {prediction.testTimeViews > 0 && `Probabilities are the ${viewsText(prediction.testTimeViews)}. `}
        Confidence is the model's own, uncalibrated probability. Attention shows where the model looked, not why it
        predicted this class.
      </Text>
    </Stack>
  );
}

interface ImageCanvasProps {
  readonly image: ImageBitmap;
  readonly overlay: Overlay | null;
  readonly label: string;
}

function ImageCanvas({ image, overlay, label }: ImageCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const scale = LONG_SIDE / Math.max(image.width, image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  // biome-ignore lint/correctness/useExhaustiveDependencies: resizing clears a canvas, which must be redrawn
  useEffect(() => {
    const context = ref.current?.getContext('2d');
    if (context !== null && context !== undefined) paintOverlay(context, image, overlay);
  }, [image, overlay, width, height]);
  return (
    <div className={classes['viewport']}>
      <canvas ref={ref} width={width} height={height} role="img" aria-label={label} />
    </div>
  );
}
