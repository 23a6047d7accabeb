import path from 'node:path';
import { escapeHtml, pageShell } from '../../base/html';
import type { Prediction } from '../../protocol/validator';

export type PredictionPage = {
  readonly prediction: Prediction;
  readonly name: string;
  readonly found: string;
  /** Base64 of the image file. */
  readonly image: string;
  readonly nonce: string;
  /** Names of the table's columns. */
  readonly columns: { readonly class: string; readonly confidence: string; readonly box: string };
};

type PredictedBox = Prediction['boxes'][number];

const COLOURS = ['blue', 'yellow', 'green', 'purple', 'red'];
/** A smaller picture is enlarged to this. */
const LEAST_WIDTH = 560;
const LABEL_PIXELS = 18;

const STYLE = `
body { padding: 12px 20px 20px; }
p { margin: 0 0 10px; color: var(--vscode-descriptionForeground); }
svg { display: block; max-width: 100%; max-height: 72vh; }
rect { fill: none; vector-effect: non-scaling-stroke; stroke-width: 2px; }
text { font-family: var(--vscode-font-family); paint-order: stroke; stroke: #000c; stroke-linejoin: round; }
table { margin-top: 12px; border-collapse: collapse; }
th, td { padding: 3px 20px 3px 0; text-align: left; font-weight: 400; }
th { color: var(--vscode-descriptionForeground); }
.n { text-align: right; font-variant-numeric: tabular-nums; }
`;

/** A page without scripts: the picture with its boxes and their names as one SVG, the numbers as a table. */
export function predictionHtml(page: PredictionPage): string {
  const { prediction, name, found, image, nonce } = page;
  const { width, height } = prediction;
  const type = path.extname(prediction.image).slice(1).toLowerCase().replace('jpg', 'jpeg');
  const shown = Math.max(width, LEAST_WIDTH);
  const boxes = prediction.boxes.toSorted((a, b) => b.score - a.score);
  const drawn = boxes.toReversed().map((box) => boxElement(box, (LABEL_PIXELS * width) / shown));
  return pageShell({
    title: name,
    policy: ['img-src data:', `style-src 'nonce-${nonce}'`],
    head: `<style nonce="${nonce}">${STYLE}</style>`,
    body: `<main><p>${escapeHtml(name)} · ${escapeHtml(found)}</p>
<svg viewBox="0 0 ${width} ${height}" width="${shown}" role="img" aria-label="${escapeHtml(`${name}: ${found}`)}">
<image href="data:image/${type};base64,${image}" width="${width}" height="${height}"/>${drawn.join('')}</svg>
${boxes.length === 0 ? '' : tableOf(boxes, page.columns)}</main>`,
  });
}

/** The name is above its box, or inside if there is no room above. */
function boxElement(box: PredictedBox, size: number): string {
  const colour = `var(--vscode-charts-${COLOURS[box.class % COLOURS.length]})`;
  const place = `x="${box.x1}" y="${box.y1}" width="${box.x2 - box.x1}" height="${box.y2 - box.y1}"`;
  const y = box.y1 > size * 1.4 ? box.y1 - size * 0.35 : box.y1 + size * 1.1;
  const text = `<text x="${box.x1}" y="${y}" font-size="${size}" stroke-width="${size / 4}" fill="${colour}">${label(box)}</text>`;
  return `<rect ${place} stroke="${colour}"><title>${label(box)}</title></rect>${text}`;
}

function tableOf(boxes: readonly PredictedBox[], columns: PredictionPage['columns']): string {
  const head = `<tr><th scope="col">${escapeHtml(columns.class)}</th><th scope="col" class="n">${escapeHtml(columns.confidence)}</th><th scope="col">${escapeHtml(columns.box)}</th></tr>`;
  const rows = boxes.map(
    (box) =>
      `<tr><td>${escapeHtml(box.name)}</td><td class="n">${box.score.toFixed(2)}</td><td>${sizeOf(box)}</td></tr>`,
  );
  return `<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`;
}

const sizeOf = ({ x1, y1, x2, y2 }: PredictedBox): string =>
  `${Math.round(x2 - x1)} × ${Math.round(y2 - y1)} @ ${Math.round(x1)}, ${Math.round(y1)}`;
const label = (box: PredictedBox): string =>
  `${escapeHtml(box.name)} ${box.score.toFixed(2).replace(/^0/, '')}`;
