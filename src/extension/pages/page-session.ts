import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { Event } from '../../base/event';
import { topicOf } from '../../domain/display/statistics-page';
import type { ViewInput } from '../../protocol/dashboard/input';
import { createViewSession } from '../../protocol/dashboard/session';
import type { Gallery, PrCurves } from '../../protocol/webview';
import { zAct, zChartWish, zGallery, zLens, zPrCurves, zSaveFile } from '../../protocol/webview-checks';
import type { RunState } from '../../run/state';
import { copyChart, saveChart, savePicture } from './chart-files';
import { openWebviewLine, type WebviewLine } from './webview-line';

/** At most ten updates a second reach a page. */
const UPDATE_MS = 100;
/** Ages and time left change even if no line comes. */
const TICK_MS = 5000;

/** The subject of a page: a run, a schedule that is only planned, or whatever is current. */
export type PageSource = {
  readonly input: () => ViewInput | undefined;
  readonly onDidChange: Event<void>;
};

export type PageActions = {
  readonly act: (id: string, epoch: number | undefined) => Promise<void>;
  readonly gallery: (epoch: number | undefined, from: number) => Promise<Gallery>;
  readonly prCurves: (epoch: number | undefined) => Promise<PrCurves>;
};

export type PageSessionOptions = {
  readonly webview: vscode.Webview;
  readonly source: PageSource;
  readonly actions: PageActions;
  readonly log: vscode.LogOutputChannel;
};

/** The host's side of one page: answers it, and sends it what changed, never faster than it can draw. */
export class PageSession implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #session = createViewSession();
  readonly #options: PageSessionOptions;
  readonly #line: WebviewLine;
  #isOpen = false;
  #timer: NodeJS.Timeout | undefined;
  #postedAt = 0;

  constructor(options: PageSessionOptions) {
    this.#options = options;
    const { webview, source } = options;
    this.#line = this.#store.track(openWebviewLine(webview, this.#handlers(), options.log));
    this.#store.track(source.onDidChange(() => this.schedule()));
    const ticks = setInterval(() => this.schedule(), TICK_MS);
    this.#store.track({ dispose: () => clearInterval(ticks) });
  }

  /** Sends the page what changed, now or when its turn comes. */
  schedule(): void {
    if (!this.#isOpen || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#postedAt + UPDATE_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#post();
    }, wait);
  }

  #handlers() {
    const { actions } = this.#options;
    return {
      open: (params: unknown) => {
        this.#session.open(zLens.parse(params));
        this.#isOpen = true;
        this.#post();
      },
      lens: (params: unknown) => {
        this.#session.setLens(zLens.parse(params));
        this.#post();
      },
      act: (params: unknown) => {
        const { id, epoch } = zAct.parse(params);
        const topic = topicOf(id);
        if (topic) return vscode.commands.executeCommand('pitwall.explainNumbers', topic);
        return actions.act(id, epoch);
      },
      gallery: (params: unknown) => {
        const { epoch, from } = zGallery.parse(params);
        return actions.gallery(epoch, from);
      },
      prCurves: (params: unknown) => actions.prCurves(zPrCurves.parse(params).epoch),
      copyChart: (params: unknown) => copyChart(this.#shown(), zChartWish.parse(params)),
      saveChart: (params: unknown) => saveChart(this.#shown(), zChartWish.parse(params)),
      saveFile: (params: unknown) => savePicture(zSaveFile.parse(params)),
    };
  }

  /** The states of the runs that the page shows. */
  #shown(): readonly RunState[] {
    const input = this.#options.source.input();
    return input ? [input.state, ...(input.other ? [input.other.state] : [])] : [];
  }

  #post(): void {
    const input = this.#options.source.input();
    if (!input) return;
    this.#postedAt = Date.now();
    const update = this.#session.update(input);
    if (update) this.#line.event('update', update);
    // A long run comes in pieces; between them the extension host does other work.
    if (this.#session.isPending) setImmediate(() => this.#isOpen && this.#post());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#store.dispose();
  }
}
