import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import {
  bundledGrammar,
  loadPythonParser,
  type PythonParser,
  type PythonText,
  type TextChange,
} from './python-parser';

type Kept = { readonly version: number; readonly text: PythonText };
type Edits = { readonly version: number; readonly changes: readonly TextChange[] };

/** Syntax trees of the Python files that were asked for; what is typed is parsed in part when it is asked for again. */
export class PythonTexts implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #folder: string;
  readonly #kept = new Map<string, Kept>();
  /** The one change since the kept tree; more than one, and the text is parsed anew. */
  readonly #edits = new Map<string, Edits>();
  #parser: Promise<PythonParser> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#store.track(vscode.workspace.onDidChangeTextDocument((event) => this.#note(event)));
    this.#store.track(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri.toString())));
  }

  async open(document: vscode.TextDocument): Promise<PythonText> {
    this.#parser ??= loadPythonParser(bundledGrammar(this.#folder));
    const parser = await this.#parser;
    const key = document.uri.toString();
    const kept = this.#kept.get(key);
    if (kept?.version === document.version) return kept.text;
    const edits = this.#edits.get(key);
    const fits = kept !== undefined && edits?.version === document.version && edits.changes.length === 1;
    const text = fits ? kept.text.change(edits.changes, document.getText()) : parser.open(document.getText());
    if (!fits) kept?.text.dispose();
    this.#edits.delete(key);
    this.#kept.set(key, { version: document.version, text });
    return text;
  }

  #note({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const kept = this.#kept.get(key);
    if (kept === undefined || contentChanges.length === 0) return;
    const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      offset: rangeOffset,
      removed: rangeLength,
      text,
    }));
    const before = this.#edits.get(key)?.changes ?? [];
    this.#edits.set(key, { version: document.version, changes: [...before.slice(0, 1), ...changes] });
  }

  #forget(key: string): void {
    this.#kept.get(key)?.text.dispose();
    this.#kept.delete(key);
    this.#edits.delete(key);
  }

  dispose(): void {
    for (const key of [...this.#kept.keys()]) this.#forget(key);
    this.#store.dispose();
    void this.#parser?.then((parser) => parser.dispose());
  }
}
