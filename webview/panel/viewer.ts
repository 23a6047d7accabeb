import { formatCount, formatPercent } from '../../src/domain/display/format';
import {
  type BoxFilter,
  classNames,
  countOf,
  inClasses,
  type ShownBox,
  shownBoxes,
} from '../../src/protocol/gallery-view';
import { h, keyed, setText } from '../base/dom';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import { boxKey, createFrame, type LoadedPicture, type PictureFrame, type PixelSize } from './picture-frame';

export type ViewerOptions = {
  /** The image at a place; undefined if there is none. */
  readonly imageAt: (place: number) => Promise<LoadedPicture | undefined>;
  readonly total: () => number;
  /** From which detections are shown until a person chooses. */
  readonly confidence: () => number;
  readonly onClose: (place: number) => void;
};

export type Viewer = {
  readonly element: HTMLElement;
  isOpen(): boolean;
  open(place: number): void;
  close(): void;
};

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };
const LOWEST_PERCENT = 1;
const HIGHEST_PERCENT = 99;

/** One image large: what is true beside what was found. Arrows go to the next image, Escape goes back. */
export function createViewer(options: ViewerOptions): Viewer {
  const viewer = new ImageViewer(options);
  return {
    element: viewer.element,
    isOpen: () => !viewer.element.hidden,
    open: (place) => viewer.open(place),
    close: () => viewer.close(),
  };
}

class ImageViewer {
  readonly #options: ViewerOptions;
  readonly #title = h('h2', { class: 'name' });
  readonly #status = h('p', { class: 'viewer-status', role: 'status' });
  readonly #size = h('p', { class: 'warning', role: 'status' });
  readonly #truth = h('span', { class: 'place' });
  readonly #found = h('span', { class: 'place' });
  readonly #classes = h('fieldset', { class: 'classes' });
  readonly #slider = h('input', {
    ...{ type: 'range', class: 'slider', id: 'confidence' },
    ...{ min: String(LOWEST_PERCENT), max: String(HIGHEST_PERCENT) },
  }) as HTMLInputElement;
  readonly #value = h('output', { for: 'confidence' });
  readonly #previous = this.#step('arrow-left', t('Previous image'), -1);
  readonly #next = this.#step('arrow-right', t('Next image'), 1);
  readonly element = h('section', { class: 'viewer', tabindex: '-1', 'aria-label': t('One image, large') });
  readonly #hidden = new Set<string>();
  #confidence: number | undefined;
  #place = 0;
  #loaded: LoadedPicture | undefined;
  #frames: { readonly truth: PictureFrame; readonly found: PictureFrame } | undefined;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.element.hidden = true;
    this.element.append(this.#bar(), this.#status, this.#controls(), this.#size, this.#pair());
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.#slider.addEventListener('input', () => {
      this.#confidence = Number(this.#slider.value) / 100;
      this.#draw();
    });
  }

  open(place: number): void {
    this.element.hidden = false;
    this.element.focus();
    this.#show(place);
  }

  close(): void {
    this.element.hidden = true;
    this.#options.onClose(this.#place);
  }

  #onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (event.key === 'Escape') this.close();
    // The slider moves by the same keys.
    else if (step !== undefined && event.target !== this.#slider) this.#show(this.#place + step);
    else return;
    event.preventDefault();
  }

  /** The image of the last call is shown, however late that of an earlier one comes. */
  #show(place: number): void {
    if (place < 0 || place >= this.#options.total()) return;
    this.#place = place;
    this.#loaded = undefined;
    this.#drawPlace();
    this.#options.imageAt(place).then(
      (loaded) => {
        if (loaded && this.#place === place) this.#showImage(loaded);
      },
      (error: unknown) => setText(this.#size, error instanceof Error ? error.message : String(error)),
    );
  }

  #showImage(loaded: LoadedPicture): void {
    this.#loaded = loaded;
    setText(this.#size, '');
    const truth = createFrame(loaded, (size) => setText(this.#size, resizedText(loaded, size)));
    this.#frames = { truth, found: createFrame(loaded) };
    this.#truth.replaceChildren(truth.element);
    this.#found.replaceChildren(this.#frames.found.element);
    this.#drawClasses(loaded);
    this.#draw();
  }

  /** Only what the filter changes: the pictures stay. */
  #draw(): void {
    const filter = this.#filter();
    this.#slider.value = String(Math.round(filter.confidence * 100));
    const text = filter.confidence.toFixed(2);
    this.#slider.setAttribute('aria-valuetext', text);
    setText(this.#value, text);
    if (!this.#loaded || !this.#frames) return;
    const shown = shownBoxes(this.#loaded.image.boxes, filter);
    const isTrue = ({ box }: ShownBox): boolean => box.kind === 'truth';
    drawSide(this.#frames.truth, t('Truth'), shown.filter(isTrue));
    drawSide(
      this.#frames.found,
      t('Predictions'),
      shown.filter((one) => !isTrue(one)),
    );
    this.#drawPlace();
    const parts = statusParts(this.#loaded, shown);
    // Read aloud if it has changed.
    keyed(this.#status, parts.map(({ textContent }) => textContent).join(), () => parts);
  }

  #drawPlace(): void {
    const { total } = this.#options;
    const name = this.#loaded?.image.name ?? '';
    setText(this.#title, t('{0} of {1}: {2}', formatCount(this.#place + 1), formatCount(total()), name));
    setDisabled(this.#previous, this.#place === 0);
    setDisabled(this.#next, this.#place >= total() - 1);
  }

  #filter(): BoxFilter {
    return { confidence: this.#confidence ?? this.#options.confidence(), hidden: this.#hidden };
  }

  /** The classes of this image; what is hidden stays so at the next one. */
  #drawClasses(loaded: LoadedPicture): void {
    const hadFocus = this.#classes.contains(document.activeElement);
    const boxes = classNames(loaded.image).map((name) => this.#classBox(name));
    this.#classes.replaceChildren(h('legend', {}, t('Classes')), ...boxes);
    if (hadFocus) this.element.focus();
  }

  #classBox(name: string): HTMLElement {
    const box = h('input', { type: 'checkbox' }) as HTMLInputElement;
    box.checked = !this.#hidden.has(name);
    box.addEventListener('change', () => {
      if (box.checked) this.#hidden.delete(name);
      else this.#hidden.add(name);
      this.#draw();
    });
    return h('label', {}, box, name);
  }

  #bar(): HTMLElement {
    const back = toolButton({
      ...{ icon: 'close', label: t('Back to all images'), focusKey: 'viewer-close' },
      onClick: () => this.close(),
    });
    const keys = h('span', { class: 'quiet keys' }, t('Arrow keys: other images. Escape: all images.'));
    return h('div', { class: 'viewer-bar' }, this.#previous, this.#next, this.#title, keys, back);
  }

  #step(icon: string, label: string, by: number): HTMLElement {
    const onClick = (): void => this.#show(this.#place + by);
    return toolButton({ icon, label, onClick, focusKey: `viewer-${icon}` });
  }

  #pair(): HTMLElement {
    const side = (label: string, place: HTMLElement): HTMLElement =>
      h('figure', {}, h('figcaption', {}, label), place);
    const [truth, found] = [side(t('Truth'), this.#truth), side(t('Predictions'), this.#found)];
    return h('div', { class: 'pair' }, truth, found);
  }

  #controls(): HTMLElement {
    const confidence = h('label', { for: 'confidence' }, t('Confidence'), this.#slider, this.#value);
    return h('div', { class: 'viewer-controls' }, confidence, this.#classes);
  }
}

/** A button that keeps the focus when there is nothing more in its direction. */
function setDisabled(element: HTMLElement, isDisabled: boolean): void {
  element.setAttribute('aria-disabled', String(isDisabled));
}

function drawSide(frame: PictureFrame, name: string, shown: readonly ShownBox[]): void {
  frame.draw(shown, shown);
  frame.describe(`${name}: ${shown.length === 0 ? t('nothing') : inClasses(shown)}`);
}

/** The boxes are those of the image that was validated: another file of its name may show other things there. */
function resizedText({ image }: LoadedPicture, now: PixelSize): string {
  const { size } = image;
  if (size === undefined || (size[0] === now[0] && size[1] === now[1])) return '';
  return t('The file has {0} x {1} pixels now; when it was validated, it had {2} x {3}.', ...now, ...size);
}

/** What is wrong with it, in the colours of the boxes. */
function statusParts({ image }: LoadedPicture, shown: readonly ShownBox[]): HTMLElement[] {
  const counts = [
    boxKey('hit', t('{0} found', countOf(shown, 'hit'))),
    boxKey('missed', t('{0} missed', countOf(shown, 'missed'))),
    boxKey('false', t('{0} false', countOf(shown, 'false'))),
  ];
  const parts = image.note === undefined ? counts : [h('span', {}, image.note)];
  if (image.lost === undefined) return parts;
  return [...parts, h('span', {}, t('{0} of all lost AP is lost here', formatPercent(image.lost, 1)))];
}
