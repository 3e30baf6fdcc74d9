import { type Overlay, overlayPixels } from '#shared/imaging/attention-overlay';
import { colourTable } from '#shared/imaging/colour-maps';

/** Draws an image over the whole canvas, with the overlay on top if there is one. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  image: CanvasImageSource,
  overlay: Overlay | null,
): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  if (overlay === null) return;
  const pixels = overlayPixels(overlay, height, width);
  const layer = new OffscreenCanvas(width, height);
  const layerContext = layer.getContext('2d');
  if (layerContext === null) return;
  layerContext.putImageData(new ImageData(pixels, width, height), 0, 0);
  context.drawImage(layer, 0, 0);
}

export interface ExportText {
  /** "malignant 0.912". */
  readonly prediction: string;
  /** "Layer 12, mean of 3 heads"; null without an overlay. */
  readonly map: string | null;
  readonly model: string;
}

/**
 * Renders the picture for export: image with overlay (optionally beside the plain image), colour legend and
 * research-use mark.
 */
export function exportPicture(
  image: ImageBitmap | HTMLImageElement,
  size: { readonly width: number; readonly height: number },
  overlay: Overlay | null,
  text: ExportText,
  options: { readonly scale: number; readonly sideBySide: boolean },
): HTMLCanvasElement {
  // Small images are enlarged by an integer factor, to make room for the legend.
  const scale = options.scale * Math.max(1, Math.ceil(320 / size.width));
  const width = size.width * scale;
  const height = size.height * scale;
  const unit = Math.max(options.scale, width / 420);
  const foot = Math.round(78 * unit);
  const views = options.sideBySide && overlay !== null ? 2 : 1;
  const gap = views === 2 ? Math.round(6 * unit) : 0;

  const canvas = document.createElement('canvas');
  canvas.width = width * views + gap;
  canvas.height = height + foot;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this window cannot draw images');
  context.fillStyle = '#000000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let view = 0; view < views; view++) {
    const viewCanvas = document.createElement('canvas');
    viewCanvas.width = width;
    viewCanvas.height = height;
    const viewContext = viewCanvas.getContext('2d');
    if (viewContext === null) throw new Error('this window cannot draw images');
    paintOverlay(viewContext, image, view === views - 1 ? overlay : null);
    context.drawImage(viewCanvas, view * (width + gap), 0);
  }

  const margin = 10 * unit;
  const font = (weight: number, points: number) => `${weight} ${points * unit}px system-ui, sans-serif`;
  context.textBaseline = 'alphabetic';
  context.fillStyle = '#ffffff';
  context.font = font(600, 14);
  context.fillText(text.prediction, margin, height + 22 * unit, canvas.width - 2 * margin);
  context.font = font(400, 10);
  context.fillStyle = '#c3c7cb';
  context.fillText(text.model, margin, height + 37 * unit, canvas.width - 2 * margin);
  context.fillText('Research use only. Made with Fovea.', margin, height + 70 * unit, canvas.width - 2 * margin);
  if (overlay !== null && text.map !== null) {
    const table = colourTable(overlay.colourMap);
    const bar = Math.round(110 * unit);
    for (let x = 0; x < bar; x++) {
      const level = Math.round((x / Math.max(1, bar - 1)) * 255) * 3;
      context.fillStyle = `rgb(${table[level]} ${table[level + 1]} ${table[level + 2]})`;
      context.fillRect(margin + x, height + 45 * unit, 1, 8 * unit);
    }
    context.fillStyle = '#c3c7cb';
    context.fillText(
      `Attention, low to high: ${text.map}`,
      margin + bar + 8 * unit,
      height + 53 * unit,
      canvas.width - 2 * margin - bar - 8 * unit,
    );
  }
  return canvas;
}
