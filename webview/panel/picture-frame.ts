import { labelOf, type ShownBox, type ShownKind } from '../../src/protocol/gallery-view';
import type { GalleryBox, GalleryImage } from '../../src/protocol/webview';
import { h, setAttributes, svg } from '../base/dom';
import { t } from '../base/strings';

const RIGHT_FROM = 0.6;

/** An image that has come, with the address of its bytes; without one it cannot be shown. */
export type LoadedPicture = { readonly image: GalleryImage; readonly url: string | undefined };

export type PictureFrame = {
  readonly element: HTMLElement;
  draw(shapes: readonly ShownBox[], labelled: readonly ShownBox[]): void;
  describe(text: string): void;
};

/** Width and height in pixels. */
export type PixelSize = readonly [number, number];

/** An image with boxes over it. `onSize` is called with the file's width and height. */
export function createFrame({ image, url }: LoadedPicture, onSize?: (size: PixelSize) => void): PictureFrame {
  const overlay = svg('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const labels = h('span', { class: 'box-labels', 'aria-hidden': 'true' });
  const picture = url === undefined ? absent(image) : h('img', { src: url, alt: '', loading: 'lazy' });
  const element = h('span', { class: 'frame' }, picture, overlay, labels);
  setRatio(element, image.size);
  picture.addEventListener('load', () => {
    const { naturalWidth, naturalHeight } = picture as HTMLImageElement;
    setRatio(element, [naturalWidth, naturalHeight]);
    onSize?.([naturalWidth, naturalHeight]);
  });
  return {
    element,
    draw(shapes, labelled) {
      overlay.replaceChildren(...shapes.flatMap(shapesOf));
      labels.replaceChildren(...labelled.map(labelElement));
    },
    describe: (text) =>
      setAttributes(picture, url === undefined ? { role: 'img', 'aria-label': text } : { alt: text }),
  };
}

function setRatio(element: HTMLElement, size: PixelSize | undefined): void {
  const ratio = size ? size[0] / size[1] : 1;
  element.style.setProperty('--ratio', String(Number.isFinite(ratio) && ratio > 0 ? ratio : 1));
}

/** In the place of a picture that is not there: its boxes are still known. */
function absent({ picture }: GalleryImage): HTMLElement {
  const problem = 'problem' in picture ? picture.problem : t('This image cannot be shown.');
  return h('span', { class: 'absent' }, h('span', {}, problem));
}

/** A small box in the colour of a kind, with what it means. */
export const boxKey = (kind: ShownKind, label: string): HTMLElement =>
  h('span', { class: `gallery-key ${kind}` }, h('i', { 'aria-hidden': 'true' }), label);

/** A frame, or what is in its place: the outlines of a mask or a turned box, or a pose. */
function shapesOf({ box: drawn, kind }: ShownBox): SVGElement[] {
  const { outlines, pose, whole } = drawn;
  if (whole) return [];
  if (outlines && outlines.length > 0) return outlines.map((points) => polygon(points, kind));
  return pose ? poseOf(pose, kind) : [rect(drawn, kind)];
}

const steady = (kind: string): Record<string, string> => ({
  class: kind,
  'vector-effect': 'non-scaling-stroke',
});

const polygon = (points: readonly number[], kind: string): SVGElement =>
  svg('polygon', { points: points.join(' '), ...steady(kind) });

/** A point is a line of no length with a round end: a circle would be stretched as the image is. */
function poseOf({ points, bones }: NonNullable<GalleryBox['pose']>, kind: string): SVGElement[] {
  const line = (from: number, to: number, more: string): SVGElement =>
    svg('polyline', {
      points: [from, to].map((i) => points[i].slice(0, 2).join()).join(' '),
      ...steady(kind + more),
    });
  const isSeen = (i: number): boolean => points[i]?.[2] === 1;
  const joined = bones
    .filter(([from, to]) => isSeen(from) && isSeen(to))
    .map(([a, b]) => line(a, b, ' bone'));
  return [...joined, ...[...points.keys()].filter(isSeen).map((i) => line(i, i, ' joint'))];
}

function rect({ box: [x, y, width, height] }: GalleryBox, kind: string): SVGElement {
  const size = { x: String(x), y: String(y), width: String(width), height: String(height) };
  return svg('rect', { ...size, ...steady(kind) });
}

/** Above its box, from the left edge on; near the right border it ends at the box's right edge, so that it is not cut. */
function labelElement({ box, kind }: ShownBox): HTMLElement {
  const [x, y, width] = box.box;
  const element = h('span', { class: `box-label ${kind}` }, labelOf(box));
  if (x > RIGHT_FROM) element.style.right = `${Math.max(0, 1 - x - width) * 100}%`;
  else element.style.left = `${Math.max(0, x) * 100}%`;
  element.style.top = `max(12px, ${Math.max(0, y) * 100}%)`;
  return element;
}
