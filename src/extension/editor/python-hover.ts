import path from 'node:path';
import * as vscode from 'vscode';
import { keySpec } from '../../domain/experiment/key-table';
import { DeadlineThread, type Said } from '../../engine/process/deadline-thread';
import type { Services } from '../services';
import { planOfText, unlessCancelled } from './editor-plan';
import { appendCurve, appendDocumentation } from './hover';
import { appendSvg, themeColours } from './picture';
import type { PythonAnswer, PythonFound, PythonQuestion } from './python-thread';

/** About five thousand lines; a longer file is not a training script, and parsing it takes a second. */
const MOST_CHARACTERS = 200_000;
/** A normal file takes milliseconds. */
const DEADLINE_MS = 3_000;
const MEMORY_MB = 256;

/** The last result for a document: kept while someone types, and not computed again if it took too long. */
type LastHover = { readonly last?: vscode.Hover; readonly givenUp?: number };

/**
 * On a scheduler, or a call that trains, in Python: the curve, what was assumed for it, and advice. Python is never
 * run.
 */
export class PythonHover implements vscode.HoverProvider, vscode.Disposable {
  readonly #services: Services;
  readonly #thread: DeadlineThread<PythonQuestion, PythonAnswer>;
  readonly #seen = new WeakMap<vscode.TextDocument, LastHover>();

  constructor(services: Services, folder: string) {
    this.#services = services;
    this.#thread = new DeadlineThread({
      program: path.join(folder, 'python-worker.js'),
      workerData: { folder, table: vscode.l10n.bundle ?? {} },
      deadlineMs: DEADLINE_MS,
      memoryMb: MEMORY_MB,
    });
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    try {
      return await unlessCancelled(this.#hover(document, position, token), token);
    } catch (error) {
      this.#services.log.warn(`no hover in ${document.fileName}: ${String(error)}`);
      return undefined;
    }
  }

  async #hover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { version } = document;
    const text = document.getText();
    if (text.length > MOST_CHARACTERS || this.#seen.get(document)?.givenUp === version) return undefined;
    const said = await this.#thread.ask(
      { name: document.uri.toString(), text, offset: document.offsetAt(position), colours: themeColours() },
      () => !token.isCancellationRequested,
    );
    if (said?.kind === 'answer') return this.#show(document, position, said.answer);
    if (said !== undefined) this.#giveUp(document, version, said);
    return undefined;
  }

  #giveUp(
    document: vscode.TextDocument,
    version: number,
    said: Exclude<Said<unknown>, { kind: 'answer' }>,
  ): void {
    this.#seen.set(document, { ...this.#seen.get(document), givenUp: version });
    const why = said.kind === 'late' ? `reading it took over ${said.deadlineMs} ms` : said.error.message;
    this.#services.log.warn(`no hover in ${document.fileName} until it changes: ${why}`);
  }

  async #show(
    document: vscode.TextDocument,
    position: vscode.Position,
    { found, hasErrors }: PythonAnswer,
  ): Promise<vscode.Hover | undefined> {
    const last = this.#seen.get(document)?.last;
    // While someone types, the last picture of the place stays.
    if (found === undefined) return hasErrors && last?.range?.contains(position) ? last : undefined;
    const hover = await hoverOf(document, found);
    this.#seen.set(document, { last: hover });
    return hover;
  }

  dispose(): void {
    this.#thread.dispose();
  }
}

async function hoverOf(document: vscode.TextDocument, found: PythonFound): Promise<vscode.Hover> {
  const text = new vscode.MarkdownString('', true);
  if (found.kind === 'train') await appendTraining(text, document, found);
  else appendSvg(text, found.svg, found.words);
  for (const note of found.notes) text.appendMarkdown('- ').appendText(note).appendMarkdown('\n');
  const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
  return new vscode.Hover(text, range);
}

async function appendTraining(
  text: vscode.MarkdownString,
  document: vscode.TextDocument,
  { experiment, key = 'lr0' }: Extract<PythonFound, { kind: 'train' }>,
): Promise<void> {
  const plan = await planOfText(experiment, document.fileName);
  appendCurve(text, plan, key);
  const spec = keySpec(key);
  if (spec) appendDocumentation(text, spec, 'ultralytics');
  text.appendMarkdown('\n\n');
}
