import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { Problem } from '../../base/problem';
import { placeProblems } from '../../domain/experiment/place-problems';
import type { Services } from '../services';
import { isExperimentFile } from './experiment-files';
import { planOf } from './plan';

const WAIT_MS = 200;
const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

/** Problems of open experiment files, as they are typed. */
export class ExperimentDiagnostics implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.track(vscode.languages.createDiagnosticCollection('pitwall'));
  readonly #fixes = new Map<vscode.Diagnostic, Problem>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
    this.#store.track(vscode.workspace.onDidOpenTextDocument((document) => this.#schedule(document)));
    this.#store.track(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document)));
    this.#store.track(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)));
    for (const document of vscode.workspace.textDocuments) this.#schedule(document);
  }

  /** The problem behind a diagnostic, where it knows the cure. */
  fixOf(diagnostic: vscode.Diagnostic): Problem['fix'] {
    for (const [known, problem] of this.#fixes) {
      if (known.message === diagnostic.message && known.range.isEqual(diagnostic.range)) return problem.fix;
    }
    return undefined;
  }

  #schedule(document: vscode.TextDocument): void {
    if (!isExperimentFile(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    const judge = (): void => {
      this.#timers.delete(key);
      this.#judge(document).catch((error: unknown) => this.#services.log.debug(String(error)));
    };
    this.#timers.set(key, setTimeout(judge, WAIT_MS));
  }

  async #judge(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const plan = await planOf(document);
    if (!plan || document.version !== version || document.isClosed) return;
    const text = document.getText();
    const counted = placeProblems([...plan.advice], text, { file: document.fileName });
    const problems = [...plan.parsed.problems, ...counted].filter((problem) => problem.range !== undefined);
    this.#fixes.clear();
    const diagnostics = problems.map((problem) => this.#diagnostic(document, problem));
    this.#collection.set(document.uri, diagnostics);
  }

  #diagnostic(document: vscode.TextDocument, problem: Problem): vscode.Diagnostic {
    const { start = 0, end = 0 } = problem.range ?? {};
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const diagnostic = new vscode.Diagnostic(range, problem.message, SEVERITIES[problem.severity]);
    diagnostic.source = 'pitwall';
    if (problem.fix) this.#fixes.set(diagnostic, problem);
    return diagnostic;
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#store.dispose();
  }
}
