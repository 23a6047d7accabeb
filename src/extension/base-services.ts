import type * as vscode from 'vscode';
import type { Translate } from '../base/translate';
import type { HostOptions } from '../engine/control/ensure-keeper';
import type { Load } from './part-loader';
import type { RunRegistry } from './run/registry';

/** What pages need of the extension; `Services` adds the pages themselves. */
export type BaseServices = {
  readonly context: vscode.ExtensionContext;
  readonly version: string;
  readonly t: Translate;
  readonly log: vscode.LogOutputChannel;
  readonly runs: RunRegistry;
  /** Folder of the bundles: for what reads and shows, whatever the settings say. */
  readonly installDir: string;
  /** The same with the Node that runs programs, by the present settings. Throws for a setting that names none. */
  readonly host: () => HostOptions;
  readonly showError: (error: unknown) => void;
  readonly load: Load;
  /** Disposed with the extension; at once if that was deactivated while a part was being loaded. */
  readonly track: <T extends vscode.Disposable>(item: T) => T;
};
