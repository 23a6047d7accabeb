import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { Problem, SourceRange } from '../../base/problem';
import type { Services } from '../services';
import { setting } from '../window';
import { isOtherFile, isTrainingConfig } from './experiment-files';

/** The fix that a problem brings, as a quick fix. */
export class ProblemFixes implements vscode.CodeActionProvider {
  readonly #diagnostics: ExperimentDiagnostics;

  constructor(diagnostics: ExperimentDiagnostics) {
    this.#diagnostics = diagnostics;
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      const fix = this.#diagnostics.fixOf(document.uri, diagnostic);
      if (!fix) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, placeOf(document, fix.range) ?? diagnostic.range, fix.text);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      return [action];
    });
  }
}

const WAIT_MS = 200;
const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

/** Problems of open files of experiments, sweeps and targets, as they are typed. */
export class ExperimentDiagnostics implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.track(vscode.languages.createDiagnosticCollection('pitwall'));
  readonly #fixes = new Map<string, readonly ShownProblem[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
    this.#store.track(vscode.workspace.onDidOpenTextDocument((document) => this.#schedule(document)));
    this.#store.track(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document)));
    this.#store.track(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)));
    this.#store.track(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('pitwall.diagnostics')) this.#scheduleAll();
      }),
    );
    this.#scheduleAll();
  }

  #scheduleAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#schedule(document);
  }

  /** The problem behind a diagnostic of a document, if it has a fix. */
  fixOf(uri: vscode.Uri, diagnostic: vscode.Diagnostic): Problem['fix'] {
    const known = this.#fixes.get(uri.toString()) ?? [];
    return known.find(
      ({ diagnostic: own }) => own.message === diagnostic.message && own.range.isEqual(diagnostic.range),
    )?.problem.fix;
  }

  #forget(uri: vscode.Uri): void {
    this.#collection.delete(uri);
    this.#fixes.delete(uri.toString());
  }

  #schedule(document: vscode.TextDocument): void {
    if (!isTrainingConfig(document) && !isOtherFile(document)) return;
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
    const found = await this.#problemsOf(document);
    if (document.version !== version || document.isClosed || this.#store.isDisposed) return;
    const shown = setting('diagnostics.enabled', true) ? found : [];
    const problems = shown.filter((problem) => problem.range !== undefined);
    const diagnostics = problems.map((problem) => diagnosticOf(document, problem));
    this.#fixes.set(
      document.uri.toString(),
      diagnostics.map((diagnostic, i) => ({ diagnostic, problem: problems[i] })),
    );
    this.#collection.set(document.uri, diagnostics);
  }

  async #problemsOf(document: vscode.TextDocument): Promise<readonly Problem[]> {
    if (isOtherFile(document)) {
      const { otherFiles } = await this.#services.load(() => import('./other-files'));
      return otherFiles.problems(document);
    }
    const { experimentHelp } = await this.#services.load(() => import('./experiment-help'));
    const plan = await experimentHelp.plan(document);
    return [...plan.problems, ...plan.advice];
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#store.dispose();
  }
}

type ShownProblem = { readonly diagnostic: vscode.Diagnostic; readonly problem: Problem };

function diagnosticOf(document: vscode.TextDocument, problem: Problem): vscode.Diagnostic {
  const { start = 0, end = 0 } = problem.range ?? {};
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  const diagnostic = new vscode.Diagnostic(range, problem.message, SEVERITIES[problem.severity]);
  diagnostic.source = 'pitwall';
  return diagnostic;
}

/** A fix may belong elsewhere: advice about the warm-up can set another key. */
function placeOf(document: vscode.TextDocument, range: SourceRange | undefined): vscode.Range | undefined {
  return range && new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}
