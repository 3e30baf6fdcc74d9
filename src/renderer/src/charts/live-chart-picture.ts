import uPlot from 'uplot';
import { chartColours, seriesColour, seriesDash } from '#shared/charts/palette';
import type { LiveSeries } from './live-chart-data';
import { canvasToPng } from './raster-image';

/** The visible plot with title and legend as a PNG. Rejects before the plot is drawn. */
export function pictureOf(
  plot: uPlot | null,
  title: string,
  lines: readonly LiveSeries[],
  scheme: 'dark' | 'light',
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (plot === null || context === null) return Promise.reject(new Error('the chart is not ready yet'));
  const ratio = uPlot.pxRatio;
  const top = 50 * ratio;
  canvas.width = plot.ctx.canvas.width;
  canvas.height = plot.ctx.canvas.height + top;
  const colours = chartColours(scheme);
  context.fillStyle = colours.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(plot.ctx.canvas, 0, top);
  context.fillStyle = colours.text;
  context.font = `600 ${14 * ratio}px system-ui, sans-serif`;
  context.fillText(title, 12 * ratio, 20 * ratio);
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  let x = 12 * ratio;
  lines.forEach((line, index) => {
    context.strokeStyle = seriesColour(scheme, line.colour ?? index);
    context.lineWidth = 2 * ratio;
    context.setLineDash(seriesDash(line.colour ?? index).map((part) => part * ratio));
    context.beginPath();
    context.moveTo(x, 37 * ratio);
    context.lineTo(x + 20 * ratio, 37 * ratio);
    context.stroke();
    context.fillText(line.label, x + 26 * ratio, 41 * ratio);
    x += 44 * ratio + context.measureText(line.label).width;
  });
  return canvasToPng(canvas);
}
