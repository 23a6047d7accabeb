import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { Event } from '../../base/event';
import { topicOf } from '../../domain/display/statistics-page';
import type { ViewInput } from '../../protocol/dashboard/input';
import { createViewSession } from '../../protocol/dashboard/session';
import type { ChartId } from '../../protocol/dashboard/types';
import { chartCsv } from '../../protocol/export-run';
import type { BreakdownView, ChartPicture, Gallery } from '../../protocol/webview';
import {
  zAct,
  zBreakdown,
  zChartWish,
  zGallery,
  zLens,
  zSaveFile,
  zSaveFormat,
} from '../../protocol/webview-checks';
import type { RunState } from '../../run/state';
import { setStatusBarMessage, showInformationMessage, showQuickPick } from '../notices';
import type { GalleryWish } from './gallery';
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
  readonly gallery: (wish: GalleryWish) => Promise<Gallery>;
  readonly breakdown: (epoch: number | undefined) => Promise<BreakdownView>;
};

/** Of a page that is not of one run's val set. */
export const NO_IMAGES: Pick<PageActions, 'gallery' | 'breakdown'> = {
  gallery: async () => ({ images: [], total: 0, note: '', confidence: 0 }),
  breakdown: async () => ({ note: '' }),
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
        const { epoch, from, confused } = zGallery.parse(params);
        return actions.gallery({ epoch, from, confused });
      },
      breakdown: (params: unknown) => actions.breakdown(zBreakdown.parse(params).epoch),
      copyChart: (params: unknown) => copyChart(this.#shown(), zChartWish.parse(params)),
      saveChart: (params: unknown) => saveChart(this.#shown(), zChartWish.parse(params)),
      saveFormat: (params: unknown) => formatOf(zSaveFormat.parse(params).what),
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

type ChartWish = { readonly chart: ChartId; readonly what: string };

/** More than this no program takes from a clipboard with joy; a file does. */
const MOST_CLIPBOARD_CHARACTERS = 32 * 2 ** 20;

/** What was logged of a chart, into the clipboard; of a very long run into a file instead. */
async function copyChart(runs: readonly RunState[], { chart, what }: ChartWish): Promise<void> {
  const text = csvOf(runs, chart);
  if (text.length > MOST_CLIPBOARD_CHARACTERS) return saveText(`${chart}.csv`, text);
  await vscode.env.clipboard.writeText(text);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', what), 3000);
}

/** Asks for a format. A table is written here; a picture is drawn by the page. */
async function saveChart(
  runs: readonly RunState[],
  { chart, what }: ChartWish,
): Promise<ChartPicture | undefined> {
  const format = await formatOf(what);
  if (format === 'csv') await saveText(`${chart}.csv`, csvOf(runs, chart));
  return format === 'csv' ? undefined : format;
}

async function formatOf(what: string): Promise<'csv' | ChartPicture | undefined> {
  const items = [
    { label: 'CSV', detail: vscode.l10n.t('All values as they were logged'), format: 'csv' as const },
    { label: 'PNG', detail: vscode.l10n.t('The picture as it is shown'), format: 'png' as const },
    {
      label: 'SVG',
      detail: vscode.l10n.t('The picture as it is shown, at any size'),
      format: 'svg' as const,
    },
  ];
  return (await showQuickPick(items, { title: vscode.l10n.t('Save {0} as', what) }))?.format;
}

async function savePicture({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<void> {
  await save(name, bytes);
}

const saveText = (name: string, text: string): Promise<void> => save(name, Buffer.from(text));

async function save(name: string, bytes: Uint8Array): Promise<void> {
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_');
  const ending = plain.split('.').at(-1) ?? '';
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, plain) }),
    filters: { [ending.toUpperCase()]: [ending] },
  });
  if (!uri) return;
  await vscode.workspace.fs.writeFile(uri, bytes);
  void showInformationMessage(vscode.l10n.t('{0} is written.', uri.path.split('/').at(-1) ?? plain));
}

/** Two runs that are compared are two tables, each under a line with its name. */
function csvOf(runs: readonly RunState[], chart: ChartId): string {
  const tables = runs.map((state) => [...chartCsv(state, chart)].join(''));
  if (tables.length === 1) return tables[0];
  return runs.map((state, i) => `# ${state.run?.name ?? ''}\n${tables[i]}`).join('\n');
}
