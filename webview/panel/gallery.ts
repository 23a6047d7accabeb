import type { ConfusedPair } from '../../src/domain/evaluation/confusion';
import { type BoxFilter, mistakesText, shownBoxes } from '../../src/protocol/gallery-view';
import type { Gallery, GalleryImage } from '../../src/protocol/webview';
import { h, setText } from '../base/dom';
import type { Host } from '../base/host';
import { oneTabStop } from '../base/roving-focus';
import { t } from '../base/strings';
import { button } from '../controls/toolkit';
import { boxKey, createFrame, type LoadedPicture } from './picture-frame';
import { createViewer } from './viewer';

/** Val images with true and predicted boxes, worst first, a page at a time; one of them opens large. */
export function createGallery(
  root: HTMLElement,
  host: Host,
): { open(): void; invalidate(): void; confine(part: GalleryPart, sentence: string): void } {
  const gallery = new GalleryView(root, host);
  return {
    open: () => gallery.open(),
    invalidate: () => gallery.invalidate(),
    confine: (part, sentence) => gallery.confine(part, sentence),
  };
}

/** Images of one checkpoint in which one class was taken for another. */
type GalleryPart = { readonly epoch: number; readonly confused: ConfusedPair };

class GalleryView {
  readonly #host: Host;
  readonly #grid = h('div', { class: 'gallery-grid', role: 'group', 'aria-label': t('Images, worst first') });
  readonly #note = h('p', { class: 'empty', role: 'status' });
  readonly #more = button({ label: t('Show more'), onClick: () => this.#extend() });
  readonly #sentence = h('span', {});
  readonly #only = this.#confined();
  readonly #all = h('div', {}, legend(), this.#only, this.#note, this.#grid, this.#more);
  readonly #viewer = createViewer({
    imageAt: (place) => this.#imageAt(place),
    total: () => this.#total,
    confidence: () => this.#confidence,
    onClose: (place) => this.#backFrom(place),
  });
  #images: LoadedPicture[] = [];
  #total = 0;
  #confidence = 0;
  #epoch: number | undefined;
  #part: GalleryPart | undefined;
  #isStale = true;
  /** One part after the other: two at once would come twice. */
  #loading: Promise<void> = Promise.resolve();

  constructor(root: HTMLElement, host: Host) {
    this.#host = host;
    this.#more.hidden = true;
    root.append(this.#all, this.#viewer.element);
    oneTabStop(this.#grid);
  }

  /** What has changed meanwhile is shown once the image that is looked at is closed. */
  open(): void {
    if (!this.#isStale || this.#viewer.isOpen()) return;
    this.#isStale = false;
    this.#extend('from the start');
  }

  /** Shows a part of the images, until all of them are asked for. */
  confine(part: GalleryPart | undefined, sentence: string): void {
    this.#part = part;
    this.#only.hidden = part === undefined;
    setText(this.#sentence, sentence);
    if (this.#viewer.isOpen()) this.#viewer.close();
    this.#isStale = true;
    this.open();
    this.#only.focus();
  }

  #confined(): HTMLElement {
    const all = button({ label: t('Show all images'), onClick: () => this.confine(undefined, '') });
    const element = h(
      'p',
      { class: 'confined', tabindex: '-1' },
      t('Only images with:'),
      ' ',
      this.#sentence,
      all,
    );
    element.hidden = true;
    return element;
  }

  invalidate(): void {
    this.#isStale = true;
  }

  #extend(how?: 'from the start'): void {
    this.#loadMore(how).catch((error: unknown) =>
      setText(this.#note, error instanceof Error ? error.message : String(error)),
    );
  }

  #loadMore(how?: 'from the start'): Promise<void> {
    const next = this.#loading.then(() => this.#load(how));
    this.#loading = next.catch(() => undefined);
    return next;
  }

  async #load(how: 'from the start' | undefined): Promise<void> {
    if (this.#images.length === 0) setText(this.#note, t('Searching for the images with the most mistakes…'));
    const from = how ? 0 : this.#images.length;
    const part = this.#part;
    const epoch = part?.epoch ?? (how ? undefined : this.#epoch);
    const asked = { from, ...(epoch !== undefined && { epoch }), ...(part && { confused: part.confused }) };
    const result = await this.#host.request('gallery', asked);
    // Other images were asked for meanwhile: these would come among them.
    if (part !== this.#part) return;
    if (how) this.#clear();
    setText(this.#note, result.note);
    this.#add(result);
  }

  #clear(): void {
    for (const { url } of this.#images) if (url !== undefined) URL.revokeObjectURL(url);
    this.#images = [];
    this.#grid.replaceChildren();
  }

  #add({ images, total, confidence, epoch }: Gallery): void {
    this.#epoch = epoch;
    this.#total = total;
    this.#confidence = confidence;
    const loaded = images.map((image) => ({ image, url: addressOf(image) }));
    const first = this.#images.length;
    this.#images.push(...loaded);
    this.#grid.append(...loaded.map((one, i) => this.#item(one, first + i)));
    this.#more.hidden = this.#images.length >= total;
  }

  #item(loaded: LoadedPicture, place: number): HTMLElement {
    const { image } = loaded;
    const shown = shownBoxes(image.boxes, this.#filter());
    const frame = createFrame(loaded);
    const mistakes = image.note ?? mistakesText(shown, t);
    frame.draw(
      shown,
      shown.filter(({ kind }) => kind !== 'truth'),
    );
    const caption = h(
      'span',
      { class: 'caption' },
      h('span', { class: 'name' }, image.name),
      h('span', { class: 'quiet' }, mistakes),
    );
    const attributes = { type: 'button', class: 'gallery-image', title: t('{0}: open it large', image.name) };
    const item = h('button', attributes, frame.element, caption);
    item.addEventListener('click', () => this.#openLarge(place));
    return item;
  }

  #filter(): BoxFilter {
    return { confidence: this.#confidence, hidden: new Set() };
  }

  #openLarge(place: number): void {
    this.#all.hidden = true;
    this.#viewer.open(place);
  }

  /** The image at a place, which is loaded if it is not there yet; undefined beyond the last. */
  async #imageAt(place: number): Promise<LoadedPicture | undefined> {
    while (place >= this.#images.length && this.#images.length < this.#total) {
      const before = this.#images.length;
      await this.#loadMore();
      if (this.#images.length === before) return undefined;
    }
    return this.#images[place];
  }

  #backFrom(place: number): void {
    this.#all.hidden = false;
    const item = this.#grid.children[place];
    if (item instanceof HTMLElement) item.focus();
    this.open();
  }
}

function addressOf({ picture }: GalleryImage): string | undefined {
  if ('problem' in picture) return undefined;
  return URL.createObjectURL(new Blob([new Uint8Array(picture.bytes)], { type: picture.mime }));
}

function legend(): HTMLElement {
  return h(
    'p',
    { class: 'gallery-legend' },
    boxKey('truth', t('true')),
    boxKey('hit', t('found')),
    boxKey('missed', t('missed')),
    boxKey('false', t('false alarm')),
  );
}
