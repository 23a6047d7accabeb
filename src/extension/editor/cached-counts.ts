import path from 'node:path';
import * as vscode from 'vscode';
import { name, publisher } from '../../../package.json';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { Experiment } from '../../domain/experiment/types';
import type { PlanCounts } from '../../engine/planning/count-for-plan';
import { CountThread } from '../../engine/planning/count-in-thread';
import { halfCard } from '../../engine/planning/half-card';
import { installedVersion } from '../../engine/planning/installed-version';
import { resolveDataPath } from '../../run/folder/paths';
import { setting } from '../window';

const FRESH_MS = 30_000;

/** The latest answer to a question, kept; asked again in the background after half a minute. */
type CachedAnswer<T> = { at: number; answer: Promise<T>; known?: T };

const datasets = new Map<string, CachedAnswer<PlanCounts>>();
const versions = new Map<string, CachedAnswer<string | undefined>>();
let card: ReturnType<typeof halfCard> | undefined;

/**
 * Hovering and typing ask often, and a data set may have a hundred thousand files on a slow disk: only the first caller
 * waits. Later ones get what is known, the very same object while nothing has changed.
 */
function kept<T>(table: Map<string, CachedAnswer<T>>, key: string, ask: () => Promise<T>): Promise<T> | T {
  const entry = table.get(key);
  if (entry && Date.now() - entry.at < FRESH_MS) return entry.known ?? entry.answer;
  const answer = ask().then((value) => {
    const same = JSON.stringify(value) === JSON.stringify(entry?.known) ? entry?.known : value;
    table.set(key, { at: Date.now(), answer, ...(same !== undefined && { known: same }) });
    return same ?? value;
  });
  const known = entry?.known;
  table.set(key, { at: Date.now(), answer, ...(known !== undefined && { known }) });
  return known ?? answer;
}

let thread: CountThread | undefined;

function counter(): CountThread {
  const dir = vscode.extensions.getExtension(`${publisher}.${name}`)?.extensionPath ?? '';
  thread ??= new CountThread(path.join(dir, 'dist'));
  return thread;
}

/** Images, classes and validation images of the set that an experiment names, counted on disk. */
export function countsFor(
  experiment: Experiment,
  fileName: string,
  folder: string,
): Promise<PlanCounts> | PlanCounts {
  const data = resolveDataPath(experiment.data, fileName, folder);
  const { trainer } = experiment;
  const near = vscode.workspace.isTrusted ? {} : { near: fileName };
  return kept(datasets, JSON.stringify([trainer, data, near]), () =>
    counter().count({ data, trainer, ...near }),
  );
}

/** The Ultralytics whose rule applies: of the setting, else the installed one; undefined if none is found. */
export function ultralyticsFor(
  { trainer }: Experiment,
  folder: string,
): Promise<string | undefined> | string | undefined {
  if (!TRAINERS[trainer].isUltralytics) return undefined;
  // A workspace's settings may hold anything.
  const wanted = String(setting<unknown>('ultralyticsVersion', '')).trim();
  if (wanted !== '') return wanted;
  const named = setting('python', '');
  return kept(versions, `${folder}\n${named}`, () => findVersion(folder, named));
}

async function findVersion(folder: string, named: string): Promise<string | undefined> {
  const versionIn = (cwd: string, wanted?: string): Promise<string | undefined> =>
    installedVersion('ultralytics', { cwd, env: process.env, ...(wanted !== undefined && { wanted }) });
  if (named !== '') return versionIn(folder, named);
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))?.uri.fsPath;
  return (await versionIn(folder)) ?? (root === undefined ? undefined : versionIn(root));
}

/** Called only if the answer is used: it starts a process. */
export function cardFor({ validation }: Experiment): ReturnType<typeof halfCard> | undefined {
  if (validation.half !== 'on' || !vscode.workspace.isTrusted) return undefined;
  card ??= halfCard();
  return card;
}
