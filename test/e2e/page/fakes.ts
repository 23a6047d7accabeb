import { createRandom } from '../../../src/base/random';
import type { Gallery, GalleryBox, PrCurves } from '../../../src/protocol/webview';
import type { RunState } from '../../../src/run/state';
import { CLASSES } from '../../helpers/synthetic-run';

export function prCurvesOf(state: RunState): PrCurves {
  if (state.validations.size === 0) return { epoch: undefined, curves: [] };
  const curves = CLASSES.map((name, c) => {
    const recall = Float64Array.from({ length: 101 }, (_, i) => i / 100);
    return {
      name,
      ap50: 0.93 - 0.04 * c,
      recall,
      precision: recall.map((r) => (1 - r ** (9 - c)) * (0.99 - 0.01 * c)),
    };
  });
  return { epoch: [...state.validations.keys()].at(-1), curves };
}

/** Small pictures drawn as SVG, with boxes of each kind. */
export function galleryOf(): Gallery {
  const random = createRandom(3);
  const images = Array.from({ length: 8 }, (_, i) => {
    const lines = Array.from({ length: 9 }, () => {
      const y = Math.round(random.between(0, 128));
      return `<path d="M0 ${y}H${Math.round(random.between(40, 90))}V${Math.round(random.between(0, 128))}H128" stroke="#c98b3a" stroke-width="5" fill="none"/>`;
    });
    const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="#12351f"/>${lines.join('')}</svg>`;
    const kinds: GalleryBox['kind'][] = ['truth', 'hit', 'missed', 'false'];
    const boxes = kinds.map((kind, k): GalleryBox => {
      const label =
        kind === 'missed' || kind === 'truth'
          ? CLASSES[k]
          : `${CLASSES[k]} .${Math.round(random.between(30, 95))}`;
      return { kind, label, box: [0.1 + 0.2 * k, random.between(0.15, 0.7), 0.13, 0.14] };
    });
    return {
      name: `val/${i}.png`,
      bytes: new TextEncoder().encode(picture),
      mime: 'image/svg+xml',
      boxes,
      note: `${4 - (i % 4)} wrong`,
    };
  });
  return { images, total: 40, note: '' };
}
