import path from 'node:path';
import * as vscode from 'vscode';
import { once } from '../../base/async';
import { DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { RunSummary } from '../../engine/runs/list-runs';
import type { RunsFolder } from '../../engine/runs/run-index';
import { FINAL_STATES } from '../../run/state-names';
import { isExperimentFile } from '../editor/experiment-files';
import type { Load } from '../part-loader';
import type { OpenRuns, SharedRun } from './open-runs';

const EXPERIMENTS = '**/*.train.{yaml,yml}';
const RUN_FILES = '**/runs/*/run.json';
const SWEEP_FILES = '**/runs/*/sweep.json';
const MOST_FILES = 500;

export type RegistryOptions = {
  readonly log: vscode.LogOutputChannel;
  readonly showError: (error: unknown) => void;
  readonly load: Load;
  /** Folder of the bundles. */
  readonly installDir: string;
  /** What this workspace remembers. */
  readonly memory: vscode.Memento;
};

/** Runs folders of jobs that are not beside their experiments. */
const KEPT_FOLDERS = 'pitwall.runsFolders';

/** `seen`: by looking, perhaps every second. `asked`: after something that a person did. */
export type RunsChange = 'seen' | 'asked';

/** Every run of the workspace, by whatever program, and which of them is shown. */
export class RunRegistry implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new Emitter<RunsChange>());
  readonly #currentChanged = this.#store.track(new Emitter<void>());
  readonly #folders = new Map<string, Promise<RunsFolder>>();
  readonly #opened: RunsFolder[] = [];
  #runs: readonly RunSummary[] | undefined;
  readonly #options: RegistryOptions;
  readonly #reader = once(() => this.#loadReader());
  /** What shows runs; loaded with the first of them. */
  readonly views = once(async () => (await this.#options.load(() => import('../run-views'))).runViews);
  readonly #sweeps = new Set<string>();
  #current: SharedRun | undefined;
  #chosen: string | undefined;
  #switching = Promise.resolve();

  readonly onDidChange = this.#changed.event;
  readonly onDidChangeCurrent = this.#currentChanged.event;

  constructor(options: RegistryOptions) {
    this.#options = options;
    const watcher = this.#store.track(
      vscode.workspace.createFileSystemWatcher(EXPERIMENTS, false, true, true),
    );
    this.#store.track(watcher.onDidCreate((uri) => this.#addFolderOf(uri)));
    const sweeps = this.#store.track(
      vscode.workspace.createFileSystemWatcher(SWEEP_FILES, false, true, true),
    );
    this.#store.track(
      sweeps.onDidCreate(({ fsPath }) => this.#addSweep(path.dirname(fsPath)).catch(options.showError)),
    );
    this.#store.track(
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.discover().catch(options.showError)),
    );
    this.#store.track(
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (isExperimentFile(document)) this.#addFolderOf(document.uri);
      }),
    );
  }

  /** Calls `listen` for the current run, now and whenever another one becomes current; what it returned before is disposed. */
  followCurrent(listen: (run: SharedRun | undefined) => vscode.Disposable | undefined): vscode.Disposable {
    let following = listen(this.#current);
    const subscription = this.onDidChangeCurrent(() => {
      following?.dispose();
      following = listen(this.#current);
    });
    return {
      dispose() {
        subscription.dispose();
        following?.dispose();
      },
    };
  }

  /** Calls `listen` for the current run, now, whenever it changes, and whenever another one becomes current. */
  onDidChangeCurrentRun(listen: () => void): vscode.Disposable {
    return this.followCurrent((run) => {
      listen();
      return run?.live.onDidChange(listen);
    });
  }

  /** Runs folders that are read. */
  get folders(): readonly string[] {
    return [...this.#folders.keys()];
  }

  /** Newest first. */
  get runs(): readonly RunSummary[] {
    // Every view asks at every change, and they may be thousands.
    this.#runs ??= this.#opened
      .flatMap((folder) => folder.runs)
      .sort((a, b) => b.run.created - a.run.created);
    return this.#runs;
  }

  get active(): readonly RunSummary[] {
    return this.runs.filter((run) => !FINAL_STATES.has(run.presence.state));
  }

  /** The run that the side panel and the status bar show: the chosen one, else the newest that runs, else the newest. */
  get current(): SharedRun | undefined {
    return this.#current;
  }

  async discover(): Promise<void> {
    const exclude = '**/{node_modules,.git,.venv}/**';
    const [configs, runFiles, sweeps] = await Promise.all([
      vscode.workspace.findFiles(EXPERIMENTS, exclude, MOST_FILES),
      vscode.workspace.findFiles(RUN_FILES, exclude, MOST_FILES),
      vscode.workspace.findFiles(SWEEP_FILES, exclude, MOST_FILES),
    ]);
    const folders = new Set([
      ...this.#options.memory.get<readonly string[]>(KEPT_FOLDERS, []),
      ...configs.map((uri) => runsFolderOf(uri.fsPath)),
      ...runFiles.map((uri) => path.dirname(path.dirname(uri.fsPath))),
    ]);
    await Promise.all([...folders].map((folder) => this.addFolder(folder)));
    await Promise.all(sweeps.map(({ fsPath }) => this.#addSweep(path.dirname(fsPath))));
    this.#store.track({ dispose: () => this.#current?.release() });
  }

  /** The sweep whose trial a run is; its folder. */
  sweepOf(dir: string): string | undefined {
    const sweep = path.dirname(path.dirname(dir));
    return this.#sweeps.has(sweep) ? sweep : undefined;
  }

  /** The trials of a sweep are runs of a folder of their own. */
  async #addSweep(sweep: string): Promise<void> {
    this.#sweeps.add(sweep);
    await this.addFolder(path.join(sweep, 'trials'));
  }

  /** The editor's watcher may miss one on a busy machine, and follows no folder outside of the workspace. */
  #addSweepsOf({ dir, sweeps }: RunsFolder): void {
    if (this.#sweeps.has(path.dirname(dir))) return;
    for (const sweep of sweeps) this.#addSweep(sweep).catch(this.#options.showError);
  }

  addFolder(dir: string): Promise<RunsFolder> {
    const known = this.#folders.get(dir);
    if (known) return known;
    const opening = this.#openFolder(dir);
    this.#folders.set(dir, opening);
    // This caller gets the error; the next one tries again.
    opening.catch(() => this.#folders.delete(dir));
    return opening;
  }

  /** The same, and in every window of this workspace from now on, wherever it is. */
  async keepFolder(dir: string): Promise<RunsFolder> {
    const { memory } = this.#options;
    const kept = memory.get<readonly string[]>(KEPT_FOLDERS, []);
    const isFound = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir)) !== undefined;
    if (!isFound && !kept.includes(dir)) await memory.update(KEPT_FOLDERS, [...kept, dir]);
    return this.addFolder(dir);
  }

  async #loadReader(): Promise<OpenRuns> {
    const { log, installDir } = this.#options;
    const { OpenRuns } = await this.views();
    return this.#store.track(new OpenRuns(log, installDir));
  }

  async #openFolder(dir: string): Promise<RunsFolder> {
    const folder = this.#store.track(await (await this.#reader()).openFolder(dir));
    this.#opened.push(folder);
    const follow = (): void => {
      this.#addSweepsOf(folder);
      this.#didChange('seen');
    };
    this.#store.track(folder.onDidChange(follow));
    follow();
    return folder;
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#opened.map((folder) => folder.refresh()));
    this.#didChange('asked');
  }

  /** Opens a run; callers share one reader and release what they opened. */
  async acquire(dir: string): Promise<SharedRun> {
    return (await this.#reader()).acquire(dir);
  }

  /** Makes a run the current one until another is chosen. */
  choose(dir: string): void {
    this.#chosen = dir;
    this.#didChange('asked');
  }

  #addFolderOf(experimentFile: vscode.Uri): void {
    this.addFolder(runsFolderOf(experimentFile.fsPath)).catch(this.#options.showError);
  }

  #didChange(change: RunsChange): void {
    this.#runs = undefined;
    this.#switching = this.#switching
      .then(() => this.#follow())
      .catch((error: unknown) => this.#options.log.error(String(error)));
    this.#changed.fire(change);
  }

  async #follow(): Promise<void> {
    const wanted = await this.#wanted();
    if (this.#store.isDisposed || wanted === this.#current?.dir) return;
    const next = wanted === undefined ? undefined : await this.acquire(wanted);
    const before = this.#current;
    this.#current = this.#store.isDisposed ? undefined : next;
    before?.release();
    if (this.#store.isDisposed) next?.release();
    else this.#currentChanged.fire();
  }

  async #wanted(): Promise<string | undefined> {
    if (this.#chosen !== undefined) return this.#chosen;
    const shown = this.runs.filter((run) => !run.meta.archived);
    const live = shown.filter((run) => !FINAL_STATES.has(run.presence.state));
    if (live.length < 2) return (live[0] ?? shown[0])?.dir;
    // What waits for its turn has nothing to show yet.
    const { isWaiting } = await this.views();
    return (live.find((run) => !isWaiting(run)) ?? live[0]).dir;
  }

  dispose(): void {
    this.#store.dispose();
    this.#current?.release();
    this.#current = undefined;
  }
}

/** Runs are beside the config that they came from. */
export function runsFolderOf(experimentFile: string): string {
  return path.join(path.dirname(experimentFile), 'runs');
}
