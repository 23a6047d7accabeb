import type { Cell, Row } from '../domain/runs-table/row';
import type { MetaFile, RunFile, StatusFile } from './files';
import { isRangeTest } from './kind';
import { resolvedSettings } from './settings-of';
import type { RunStateName } from './state-names';
import { hoursOf, knownTime } from './times';

/** What a list knows of a run, from its small files. */
export type ListedRun = {
  readonly name: string;
  readonly run: RunFile;
  readonly meta: MetaFile;
  readonly status: StatusFile | undefined;
  readonly presence: { readonly state: RunStateName };
  readonly own: boolean;
};

/** Columns that every run has beside its settings, in the order in which they are offered. */
export const FACT_COLUMNS = [
  ...['name', 'title', 'state', 'epoch', 'epochs', 'map', 'at', 'started', 'hours', 'tags', 'notes'],
  ...['own', 'archived', 'pinned', 'git', 'changed', 'host', 'file', 'alarm'],
] as const;

/**
 * A run as a row: its facts and its settings by name. Times are Unix ms and hours; `map`: the best mAP50-95. Settings are
 * only taken apart once one is asked for, as most lists ask for none.
 */
export function rowOf(listed: ListedRun): Row {
  const facts = new Map(factsOf(listed));
  let settings: ReadonlyMap<string, Cell> | undefined;
  const allSettings = (): ReadonlyMap<string, Cell> => {
    settings ??= settingsIn(listed.run);
    return settings;
  };
  return {
    get: (column) => (facts.has(column) ? facts.get(column) : allSettings().get(column)),
    keys: () => new Set([...allSettings().keys(), ...facts.keys()]),
  };
}

function settingsIn(run: RunFile): ReadonlyMap<string, Cell> {
  return new Map([...resolvedSettings(run)].map(([key, text]) => [key, valueOfText(text)]));
}

function factsOf({ name, run, meta, status, presence, own }: ListedRun): [string, Cell][] {
  const { progress } = status ?? {};
  const facts: Record<(typeof FACT_COLUMNS)[number], Cell> = {
    name,
    title: meta.title,
    state: isRangeTest(run) ? `LR test ${presence.state}` : presence.state,
    epoch: progress?.epoch ?? 0,
    epochs: progress?.epochs ?? run.experiment.resolved.epochs,
    map: progress?.best?.map,
    at: progress?.best?.epoch,
    started: knownTime(run.created),
    hours: hoursOf(run, status),
    tags: meta.tags ?? [],
    notes: meta.notes,
    own,
    archived: meta.archived ?? false,
    pinned: meta.pinned ?? false,
    git: run.git?.commit.slice(0, 10),
    changed: run.git?.dirty,
    host: run.machine.host,
    file: run.experiment.file,
    alarm: status?.alarm?.message,
  };
  return Object.entries(facts);
}

function valueOfText(text: string): Cell {
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : text;
}
