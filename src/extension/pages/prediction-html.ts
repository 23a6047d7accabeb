import path from 'node:path';
import type { Prediction } from '../../protocol/validator';

export type PredictionPage = {
  readonly prediction: Prediction;
  readonly name: string;
  readonly found: string;
  /** Base64 of the image file. */
  readonly image: string;
};

const COLOURS = ['blue', 'yellow', 'green', 'purple', 'red'];

/** A page without scripts: the picture and its boxes as one SVG, the numbers as a table. */
export function predictionHtml({ prediction, name, found, image }: PredictionPage): string {
  const { width, height, boxes } = prediction;
  const type = path.extname(prediction.image).slice(1).toLowerCase().replace('jpg', 'jpeg');
  const rects = boxes.map((box) => {
    const colour = `var(--vscode-charts-${COLOURS[box.class % COLOURS.length]})`;
    const size = `x="${box.x1}" y="${box.y1}" width="${box.x2 - box.x1}" height="${box.y2 - box.y1}"`;
    return `<rect ${size} fill="none" stroke="${colour}" stroke-width="2" vector-effect="non-scaling-stroke"><title>${label(box)}</title></rect>`;
  });
  const rows = boxes.map(
    (box) => `<tr><td>${escapeHtml(box.name)}</td><td class="n">${box.score.toFixed(2)}</td></tr>`,
  );
  return `<!DOCTYPE html><html><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>svg{max-width:100%;max-height:75vh;image-rendering:auto}td{padding:2px 16px 2px 0}.n{text-align:right}p{color:var(--vscode-descriptionForeground)}</style>
</head><body><p>${escapeHtml(name)} · ${escapeHtml(found)}</p>
<svg viewBox="0 0 ${width} ${height}" width="${Math.max(width, 480)}" role="img" aria-label="${escapeHtml(`${name}: ${found}`)}">
<image href="data:image/${type};base64,${image}" width="${width}" height="${height}"/>${rects.join('')}</svg>
<table>${rows.join('')}</table></body></html>`;
}

const label = (box: Prediction['boxes'][number]): string => `${escapeHtml(box.name)} ${box.score.toFixed(2)}`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
