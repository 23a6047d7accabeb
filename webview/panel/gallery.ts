import type { GalleryBox, GalleryImage } from '../../src/protocol/webview';
import { h, svg } from '../base/dom';
import type { Host } from '../base/host';
import { t } from '../base/strings';
import { button } from '../controls/toolkit';

const RIGHT_FROM = 0.6;
const NAMES = { truth: 'true', missed: 'missed', hit: 'found', false: 'false alarm' } as const;

/** Val images with true and predicted boxes, worst first, a page at a time. */
export function createGallery(root: HTMLElement, host: Host): { open(): void; invalidate(): void } {
  let loaded = 0;
  let isStale = true;
  const grid = h('div', { class: 'gallery-grid' });
  const note = h('p', { class: 'empty' });
  const more = button({ label: t('Show more'), onClick: () => void load() });
  const urls: string[] = [];
  root.append(legend(), note, grid, more);
  more.hidden = true;

  const load = async (): Promise<void> => {
    note.textContent = t('Searching for the images with the most mistakes…');
    const result = await host.request('gallery', { from: loaded });
    note.textContent = result.note;
    grid.append(...result.images.map((image) => imageElement(image, urls)));
    loaded += result.images.length;
    more.hidden = loaded >= result.total;
  };
  return {
    open() {
      if (!isStale) return;
      isStale = false;
      loaded = 0;
      for (const url of urls.splice(0)) URL.revokeObjectURL(url);
      grid.replaceChildren();
      load().catch((error: unknown) => {
        note.textContent = error instanceof Error ? error.message : String(error);
      });
    },
    invalidate() {
      isStale = true;
    },
  };
}

function legend(): HTMLElement {
  const entry = (kind: keyof typeof NAMES, label: string): HTMLElement =>
    h('span', { class: `gallery-key ${kind}` }, h('i', { 'aria-hidden': 'true' }), label);
  return h(
    'p',
    { class: 'gallery-legend' },
    entry('truth', t('true')),
    entry('hit', t('found')),
    entry('missed', t('missed')),
    entry('false', t('false alarm')),
  );
}

function imageElement({ name, bytes, mime, boxes, note }: GalleryImage, urls: string[]): HTMLElement {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mime }));
  urls.push(url);
  const img = h('img', { src: url, alt: `${name}: ${note}`, loading: 'lazy' });
  const overlay = svg(
    'svg',
    { viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...boxes.flatMap(shapesOf),
  );
  const labels = boxes.filter((box) => box.kind !== 'truth').map(labelElement);
  return h(
    'figure',
    { class: 'gallery-image' },
    h('div', { class: 'frame' }, img, overlay as unknown as Node, ...labels),
    h('figcaption', {}, h('span', { class: 'name' }, name), h('span', { class: 'quiet' }, note)),
  );
}

/** A frame, or what is in its place: the outlines of a mask or a turned box, or a pose. */
function shapesOf(drawn: GalleryBox): SVGElement[] {
  const { outlines, pose, whole, kind } = drawn;
  if (whole) return [];
  if (outlines && outlines.length > 0) return outlines.map((points) => polygon(points, kind));
  return pose ? poseOf(pose, kind) : [rect(drawn)];
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

function rect({ box: [x, y, width, height], kind }: GalleryBox): SVGElement {
  const size = { x: String(x), y: String(y), width: String(width), height: String(height) };
  return svg('rect', { ...size, class: kind, 'vector-effect': 'non-scaling-stroke' });
}

/** Above its box, from the left edge on; near the right border it ends at the box's right edge, so that it is not cut. */
function labelElement({ box: [x, y, width], kind, label }: GalleryBox): HTMLElement {
  const element = h('span', { class: `box-label ${kind}` }, label);
  if (x > RIGHT_FROM) element.style.right = `${Math.max(0, 1 - x - width) * 100}%`;
  else element.style.left = `${Math.max(0, x) * 100}%`;
  element.style.top = `max(12px, ${Math.max(0, y) * 100}%)`;
  return element;
}
