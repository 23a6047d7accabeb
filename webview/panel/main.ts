import './panel.css';
import type { ActionView } from '../../src/protocol/dashboard/types';
import type { ViewUpdate } from '../../src/protocol/webview';
import { oncePerFrame } from '../base/dom';
import { connectHost, type Host } from '../base/host';
import { activeTab, registerControls, selectTab } from '../controls/toolkit';
import { applyUpdate, emptyModel, type PageModel } from '../state/model';
import { type Preferences, readPreferences, withAxis, withZoom } from '../state/preferences';
import { createBreakdown } from './breakdown';
import { type ChartGrid, createGrid } from './charts';
import { createGallery } from './gallery';
import { buildPage, buildTabs, createSections, type Page } from './page';
import { createToolbar } from './toolbar';

const COMPARED_TABS: ReadonlySet<string> = new Set(['overview', 'settings', 'classes']);

/** Each row of a checkpoint has buttons: a thousand of them at once would freeze the page for seconds. */
const FIRST_ROWS = 50;
const MORE_ROWS = 200;

/** The dashboard: reads updates, draws at most once a frame, and keeps what a person chose. */
class Panel {
  readonly #host: Host = connectHost((update) => this.#receive(update));
  readonly #page: Page = buildPage();
  readonly #grid: ChartGrid;
  readonly #breakdown: ReturnType<typeof createBreakdown>;
  readonly #gallery: ReturnType<typeof createGallery>;
  readonly #panels: HTMLElement;
  readonly #drawToolbar: (preferences: Preferences) => void;
  readonly #drawSections = createSections(this.#page, {
    act: (action) => this.#act(action),
    showOlder: () => this.#showOlder(),
  });
  #model: PageModel = emptyModel;
  #preferences: Preferences = readPreferences(this.#host.saved);
  #rows = FIRST_ROWS;
  readonly #places = new Map<string, number>();
  #isOpen = false;
  readonly #scheduleDraw = oncePerFrame(() => this.#draw());

  constructor() {
    const shared = {
      host: this.#host,
      preferences: () => this.#preferences,
      change: (next: Preferences) => this.#change(next),
    };
    this.#grid = createGrid({ ...shared, root: this.#page.charts, onLens: () => this.#showLens() });
    this.#breakdown = createBreakdown({
      ...shared,
      curves: this.#page.curves,
      tables: this.#page.breakdown,
      onImages: (epoch, confused, sentence) => {
        this.#gallery.confine({ epoch, confused }, sentence);
        selectTab(this.#panels, 'images');
      },
    });
    this.#gallery = createGallery(this.#page.gallery, this.#host);
    this.#drawToolbar = createToolbar(this.#page.toolbar, {
      onAxis: (axis) => this.#change(withAxis(this.#preferences, axis), 'lens'),
      onSmoothing: (smoothing) => this.#change({ ...this.#preferences, smoothing }, 'lens'),
      onShowAll: () => this.#change(withZoom(this.#preferences, undefined), 'lens'),
    });
    this.#panels = buildTabs(this.#page, (tab) => this.#selectTab(tab));
    selectTab(this.#panels, this.#preferences.tab);
    followHeight(this.#page.header);
    window.addEventListener('scroll', () => this.#places.set(activeTab(this.#panels) ?? '', window.scrollY));
  }

  /** Each tab comes back with its scroll position. */
  #selectTab(tab: string): void {
    this.#change({ ...this.#preferences, tab });
    this.#openTab();
    requestAnimationFrame(() => window.scrollTo({ top: this.#places.get(tab) ?? 0 }));
  }

  #act(action: ActionView): void {
    void this.#host.request('act', { id: action.id, epoch: action.epoch });
  }

  #change(next: Preferences, then?: 'lens'): void {
    this.#preferences = next;
    this.#host.save({ preferences: next });
    this.#scheduleDraw();
    if (then) this.#showLens();
  }

  #showLens(): void {
    void this.#host.request(this.#isOpen ? 'lens' : 'open', {
      ...this.#grid.lens(),
      rows: this.#rows,
    });
    this.#isOpen = true;
  }

  #showOlder(): void {
    this.#rows += MORE_ROWS;
    this.#showLens();
  }

  #receive(update: ViewUpdate): void {
    const next = applyUpdate(this.#model, update);
    if (next === undefined) {
      this.#isOpen = false;
      this.#showLens();
      return;
    }
    const isValidated = validatedCount(next) !== validatedCount(this.#model);
    this.#model = next;
    if (isValidated) this.#refreshDetails();
    this.#scheduleDraw();
  }

  #refreshDetails(): void {
    this.#breakdown.invalidate();
    this.#gallery.invalidate();
    this.#openTab();
  }

  #openTab(): void {
    if (this.#preferences.tab === 'classes') this.#breakdown.open();
    if (this.#preferences.tab === 'images') this.#gallery.open();
  }

  /** Of two runs only what both have: charts, settings and classes. */
  #showComparison(isComparison: boolean): void {
    if (document.body.classList.contains('comparison') === isComparison) return;
    document.body.classList.toggle('comparison', isComparison);
    const isOfOne = !COMPARED_TABS.has(this.#preferences.tab);
    if (isComparison && isOfOne) selectTab(this.#panels, 'overview');
  }

  /** Before there is a run there is only the curve. */
  #showPreview(isPreview: boolean): void {
    document.body.classList.toggle('preview', isPreview);
    if (isPreview && this.#preferences.tab !== 'overview') selectTab(this.#panels, 'overview');
  }

  #draw(): void {
    this.#drawSections(this.#model.sections, activeTab(this.#panels));
    this.#drawToolbar(this.#preferences);
    this.#grid.draw(this.#model);
    this.#breakdown.draw();
    const { header } = this.#model.sections;
    document.body.classList.toggle('ready', header !== undefined);
    this.#showPreview(header?.state === 'preview');
    this.#showComparison(header?.compared !== undefined);
  }
}

/** The header has one or two lines; what sticks below it while the page scrolls needs its height. */
function followHeight(header: HTMLElement): void {
  const observer = new ResizeObserver(() =>
    document.documentElement.style.setProperty('--header-height', `${header.offsetHeight}px`),
  );
  observer.observe(header);
}

const validatedCount = (model: PageModel): number => model.sections.checkpoints?.validated ?? 0;

registerControls();
new Panel();
