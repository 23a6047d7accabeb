import type { RunFile } from './files';
import type { RunState } from './state';

/** A run's settings by their names in an experiment file, as they took effect. */
export type Settings = ReadonlyMap<string, string>;

/** What a trainer changed (a halved batch, a lower optimizer's LR) takes the place of what was asked for. */
export function settingsOf({ run, plan }: Pick<RunState, 'run' | 'plan'>): Settings {
  const settings = resolvedSettings(run);
  for (const { key, effective } of plan?.settings ?? []) settings.set(key, textOf(effective));
  return settings;
}

/** As the experiment says it, with every default. */
export function resolvedSettings(run: RunFile | undefined): Map<string, string> {
  const all = flatten(run?.experiment.resolved);
  all.delete('explicit');
  return all;
}

/** One row for each key that is not the same everywhere, a value for each run; undefined if a run has none. */
export type DifferingSetting = { readonly key: string; readonly values: readonly (string | undefined)[] };

export function differingSettings(runs: readonly Settings[]): DifferingSetting[] {
  const keys = [...new Set(runs.flatMap((settings) => [...settings.keys()]))];
  return keys
    .map((key) => ({ key, values: runs.map((settings) => settings.get(key)) }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** Blocks whose keys a person writes without the block's name: schedule.lr0 is lr0. */
const UNNAMED_BLOCKS: ReadonlySet<string> = new Set(['schedule', 'augment', 'loss', 'passthrough', '']);

function flatten(value: unknown, name = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[name, textOf(value)]]);
  const entries = Object.entries(value).flatMap(([key, inner]) => [
    ...flatten(inner, UNNAMED_BLOCKS.has(name) ? key : `${name}.${key}`),
  ]);
  return new Map(entries);
}

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
