/** Position of an image in its viewport: scale in screen pixels per image pixel, offset of the top left corner. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Window of grey values in modality units (DICOM PS3.3 C.11.2.1.2). */
export interface GreyWindow {
  readonly center: number;
  readonly width: number;
}

const MAX_SCALE = 32;

/** Fits the whole image into the viewport, centred. */
export function fitView(image: Size, viewport: Size): View {
  if (image.width <= 0 || image.height <= 0 || viewport.width <= 0 || viewport.height <= 0) {
    return { scale: 1, x: 0, y: 0 };
  }
  const scale = Math.min(viewport.width / image.width, viewport.height / image.height);
  return {
    scale,
    x: (viewport.width - image.width * scale) / 2,
    y: (viewport.height - image.height * scale) / 2,
  };
}

/** Zooms by `factor` around the image point under (x, y). Limits: a quarter of the fit, 32 times. */
export function zoomAt(view: View, factor: number, x: number, y: number, fitScale: number): View {
  const scale = Math.min(MAX_SCALE, Math.max(fitScale / 4, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

/** A wheel step of 100 (one notch in Chromium) zooms by about 1.22. */
export function wheelFactor(deltaY: number): number {
  return Math.exp(-Math.max(-300, Math.min(300, deltaY)) * 0.002);
}

/** The frame (from 0) `steps` further, clamped to the file. */
export function stepFrame(frame: number, steps: number, frames: number): number {
  return Math.min(frames - 1, Math.max(0, frame + steps));
}

/**
 * Window/level by dragging, as readers know it: right widens (less contrast), up lowers the centre (brighter). 300 px
 * cover the whole range of the image.
 */
export function dragWindow(start: GreyWindow, dx: number, dy: number, range: { min: number; max: number }): GreyWindow {
  const span = Math.max(1e-6, range.max - range.min);
  const step = span / 300;
  const width = Math.min(span * 4, Math.max(span / 1000, start.width + dx * step));
  const center = Math.min(range.max + span, Math.max(range.min - span, start.center + dy * step));
  return { center: roundTo(center, step), width: Math.max(step / 10, roundTo(width, step)) };
}

/** Rounds to the power of ten below the step, at most 1, so that nearby windows share a cached picture. */
function roundTo(value: number, step: number): number {
  const unit = step >= 1 ? 1 : 10 ** Math.floor(Math.log10(step));
  return Number((Math.round(value / unit) * unit).toPrecision(8));
}
