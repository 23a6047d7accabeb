import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { lastOf } from '../../domain/experiment/entries';
import { readYaml } from '../../domain/experiment/read-yaml';
import { type KeyValue, keyEdit } from '../../domain/experiment/set-key';
import { rangeSettings } from '../../domain/lr-range/experiment';
import { askRun } from '../../engine/control/ask';
import type { LiveRun } from '../../engine/runs/live-run';
import { saidText } from '../../protocol/alert-text';
import type { RunFile } from '../../run/files';
import { planOf } from '../editor/editor-plan';
import type { SharedRun } from '../run/open-runs';
import type { Services } from '../services';
import { mayAct } from '../trust';
import { translate } from '../window';
import { drawnPage, redraw } from './drawn-page';
import { type RangeView, rangeBody } from './range-html';
import { RangeTests } from './range-tests';

export type RangeSubject = {
  readonly dir: string;
  readonly document: vscode.Uri;
  readonly span: { readonly from: number; readonly to: number };
  /** What must be written so that a suggested lr0 is used. */
  readonly settingsFor: (lr0: number) => readonly KeyValue[];
  /** Starts the same test with another seed; absent for one made earlier. */
  readonly another?: (number: number) => Promise<string | undefined>;
};

const REDRAW_MS = 300;

/** Shows a range test while it runs, and at its end the suggested LR with the button that writes it. */
export async function openRangePage(services: Services, subject: RangeSubject): Promise<void> {
  const run = await services.runs.acquire(subject.dir);
  const title = vscode.l10n.t('Learning rate test of {0}', path.basename(subject.document.fsPath));
  const panel = vscode.window.createWebviewPanel('pitwall.lrRange', title, vscode.ViewColumn.Beside, {
    enableScripts: true,
    localResourceRoots: [],
  });
  panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'tab.svg');
  const page = new RangePage(services, { panel, run, subject, title });
  panel.onDidDispose(() => page.dispose());
}

/** The page of an earlier test; false if its config is gone, or is not in this workspace: the page writes into it. */
export async function openRangePageOf(services: Services, dir: string, run: RunFile): Promise<boolean> {
  const { file, resolved } = run.experiment;
  const span = resolved.schedule.lr_range;
  const uri = vscode.Uri.file(file);
  if (!span || !existsSync(file) || !vscode.workspace.getWorkspaceFolder(uri)) return false;
  const document = await vscode.workspace.openTextDocument(uri);
  const { parsed, counts } = await planOf(document);
  const { experiment } = parsed;
  const settingsFor = (lr0: number) => (experiment ? rangeSettings(experiment, counts, lr0) : []);
  await openRangePage(services, { dir, document: document.uri, span, settingsFor });
  return true;
}

type Parts = {
  readonly panel: vscode.WebviewPanel;
  readonly run: SharedRun;
  readonly subject: RangeSubject;
  readonly title: string;
};

class RangePage implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: Services;
  readonly #parts: Parts;
  readonly #tests: RangeTests;
  #timer: NodeJS.Timeout | undefined;
  #applied = false;

  constructor(services: Services, parts: Parts) {
    this.#services = services;
    this.#parts = parts;
    const { panel, run, title, subject } = parts;
    this.#tests = this.#store.track(
      new RangeTests(run, {
        acquire: (dir) => services.runs.acquire(dir),
        another: subject.another,
        onChange: () => this.#drawSoon(),
        onError: services.showError,
      }),
    );
    panel.webview.html = drawnPage(this.#body(), title, randomBytes(16).toString('base64'));
    this.#store.track({ dispose: () => clearTimeout(this.#timer) });
    // A hidden page gets no messages.
    this.#store.track(panel.onDidChangeViewState(() => this.#drawSoon()));
    this.#store.track(
      panel.webview.onDidReceiveMessage((act: unknown) => void this.#act(act).catch(services.showError)),
    );
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      redraw(this.#parts.panel.webview, this.#body());
    }, REDRAW_MS);
  }

  #body(): string {
    return rangeBody(this.#view(), translate);
  }

  #view(): RangeView {
    const { subject } = this.#parts;
    const { run, number, points, reading, several } = this.#tests.now();
    const { state, presence } = run.live;
    return {
      ...{ points, reading, several, number, span: subject.span, applied: this.#applied },
      ended: reading !== undefined,
      steps: state.plan?.totalSteps ?? 0,
      note: presence.state === 'completed' ? undefined : noteOf(run.live),
      settings: reading?.kind === 'found' ? shown(subject.settingsFor(reading.result.suggested)) : '',
      file: path.basename(subject.document.fsPath),
    };
  }

  async #act(act: unknown): Promise<void> {
    const { subject } = this.#parts;
    const { dir } = this.#tests.now().run;
    if (act === 'stop' && (await mayAct(dir))) await askRun(dir, { type: 'stop' }, 'vscode');
    if (act === 'start') await vscode.commands.executeCommand('pitwall.startTraining', subject.document);
    if (act === 'apply') await this.#apply();
    if (act === 'explain') await vscode.commands.executeCommand('pitwall.explainNumbers', 'range-test');
  }

  async #apply(): Promise<void> {
    const { subject } = this.#parts;
    const { reading } = this.#tests.now();
    if (reading?.kind !== 'found' || !reading.result.sure) return;
    const { suggested } = reading.result;
    await writeSettings(subject.document, subject.settingsFor(suggested));
    this.#applied = true;
    this.#services.log.info(`${subject.document.fsPath}: lr0 ${suggested} of ${subject.dir}`);
    this.#drawSoon();
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const shown = (settings: readonly KeyValue[]): string =>
  settings.map(({ key, value }) => `${key}: ${value}`).join(', ');

/** One edit that one undo takes back; the file is shown with it, and saving is left to the person. */
async function writeSettings(uri: vscode.Uri, settings: readonly KeyValue[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const entries = lastOf(readYaml(text, '').entries);
  const edit = new vscode.WorkspaceEdit();
  for (const setting of settings) {
    const place = keyEdit(text, entries, setting);
    if (!place) throw new Error(vscode.l10n.t('{0} must be written by hand here.', shown(settings)));
    const { start, end } = place.range;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const isFirst = place.kind === 'set' || text.trim() === '';
    edit.replace(uri, range, isFirst ? place.text : `\n${place.text}`);
  }
  await vscode.workspace.applyEdit(edit);
  const at = lastOf(readYaml(document.getText(), '').entries).get('lr0')?.valueRange;
  const selection = at && new vscode.Range(document.positionAt(at.start), document.positionAt(at.end));
  const column = vscode.ViewColumn.One;
  await vscode.window.showTextDocument(document, { viewColumn: column, ...(selection && { selection }) });
}

/** The note beside the state, in the reader's language. */
function noteOf({ presence, state }: LiveRun): string | undefined {
  const { note = state.end?.message, said = state.end?.said } = presence;
  return note === undefined ? undefined : saidText({ message: note, said }, translate);
}
