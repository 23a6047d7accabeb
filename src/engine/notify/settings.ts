import { statSync } from 'node:fs';
import path from 'node:path';
import { isNode, LineCounter, type Node } from 'yaml';
import { toError } from '../../base/async';
import type { Environment } from '../../base/environment';
import { parseJson } from '../../base/json';
import { type Problem, type SourceRange, worded } from '../../base/problem';
import { words } from '../../base/words';
import { parseYaml } from '../../domain/yaml/document';
import { readTextSync } from '../../run/folder/read-file';
import { codeOf } from '../../run/folder/refused';
import { stateFolders } from '../../run/folder/state-folder';
import { CHANNEL_NAMES, channel } from './channels';
import { type CheckedSettings, checkSettings, type NotifyChannel } from './check-settings';
import { EDITOR_VARIABLE, LOCALE_VARIABLE } from './variables';

export type NotifySettings = {
  readonly channels: readonly NotifyChannel[];
  /** As `LANG` or VS Code name it. */
  readonly language: string;
  readonly problems: readonly Problem[];
};

const PREFIX = 'PITWALL_NOTIFY';
const MOST_CHARACTERS = 100_000;

/** The user's file beside their key: never one of a project. */
export const notifyFile = (): string => path.join(stateFolders()[0], 'notify.yaml');

/**
 * Takes what the environment says of notifications out of it: the keeper's children, trainers of strangers among them, have no
 * use for it.
 */
export function takeNotifyEnvironment(env: NodeJS.ProcessEnv): Environment {
  const taken = Object.entries(env).filter(([name]) => name.startsWith(PREFIX));
  for (const [name] of taken) delete env[name];
  const { LC_ALL, LC_MESSAGES, LANG } = env;
  return { LC_ALL, LC_MESSAGES, LANG, ...Object.fromEntries(taken) };
}

/** What is set up now: variables count over the editor's setting, and that over the file. */
export function readNotifySettings(env: Environment, file = notifyFile()): NotifySettings {
  const sources = [readFile(file), readEditor(env), readVariables(env)];
  const byName = new Map(sources.flatMap(({ channels }) => channels.map((one) => [one.name, one])));
  const language = sources.findLast((one) => one.language !== undefined)?.language ?? systemLanguage(env);
  return { channels: [...byName.values()], language, problems: sources.flatMap(({ problems }) => problems) };
}

function systemLanguage(env: Environment): string {
  const { LC_ALL, LC_MESSAGES, LANG } = env;
  return (
    [env[LOCALE_VARIABLE], LC_ALL, LC_MESSAGES, LANG].find((one) => one !== undefined && one !== '') ?? 'en'
  );
}

const NOTHING: CheckedSettings = { channels: [], problems: [] };

function readFile(file: string): CheckedSettings {
  try {
    const text = readTextSync(file, { most: MOST_CHARACTERS, links: 'follow' });
    const why = whyNotPrivate(file);
    return why ?? checkYaml(text, file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return NOTHING;
    return refused(file, toError(error).message);
  }
}

/** It holds secrets: one that others can read is not used before it is closed to them. */
function whyNotPrivate(file: string): CheckedSettings | undefined {
  if (process.platform === 'win32' || process.geteuid === undefined) return undefined;
  const { mode, uid } = statSync(file);
  if (uid !== process.geteuid()) return refused(file, 'is another user’s file');
  if ((mode & 0o077) === 0) return undefined;
  const said = words('can be read by others and is not used: chmod 600 {0}', file);
  return { channels: [], problems: [{ severity: 'error', file, ...worded(said) }] };
}

function refused(file: string, message: string): CheckedSettings {
  return { channels: [], problems: [{ severity: 'error', file, message: message.replace(`${file}: `, '') }] };
}

function checkYaml(text: string, file: string): CheckedSettings {
  const lines = new LineCounter();
  const { document, faults } = parseYaml(text, { lines, mostCharacters: MOST_CHARACTERS });
  const rangeOf = (start: number, end: number): SourceRange => {
    const { line, col } = lines.linePos(start);
    return { start, end, line, column: col };
  };
  if (faults.length > 0)
    return {
      channels: [],
      problems: faults.map(({ start, end, ...said }) => ({
        severity: 'error',
        file,
        range: rangeOf(start, end),
        ...said,
      })),
    };
  const placeOf = (keys: readonly string[]): SourceRange | undefined => {
    const depth = keys.findLastIndex((_, i) => document.hasIn(keys.slice(0, i + 1))) + 1;
    const node: unknown = document.getIn(keys.slice(0, depth), true);
    const { range } = isNode(node) ? (node as Node) : {};
    return range ? rangeOf(range[0], range[1]) : undefined;
  };
  return checkSettings({ value: document.toJS(), file, placeOf });
}

function readEditor(env: Environment): CheckedSettings {
  const text = env[EDITOR_VARIABLE];
  if (text === undefined || text === '') return NOTHING;
  return checkSettings({ value: parseJson(text), file: 'pitwall.notify', placeOf: () => undefined });
}

/** `PITWALL_NOTIFY_NTFY=https://...`, `PITWALL_NOTIFY_NTFY_TOKEN=...`, `PITWALL_NOTIFY_NTFY_EVENTS=end,failure`. */
function readVariables(env: Environment): CheckedSettings {
  const language = env[`${PREFIX}_LANGUAGE`];
  const value = Object.fromEntries(
    CHANNEL_NAMES.map((name) => [name, ofVariables(name, env)]).filter(([, one]) => one !== undefined),
  );
  const checked = checkSettings({ value, file: `${PREFIX}_*`, placeOf: () => undefined });
  return { ...checked, ...(language !== undefined && { language }) };
}

function ofVariables(name: (typeof CHANNEL_NAMES)[number], env: Environment): unknown {
  const variable = `${PREFIX}_${name.toUpperCase()}`;
  const main = env[variable];
  if (main === undefined || main === '' || main === '0' || main === 'false') return undefined;
  const [first, ...rest] = channel(name).keys;
  const named = rest.map((key) => [key, env[`${variable}_${key.toUpperCase()}`]] as const);
  const events = env[`${variable}_EVENTS`]?.split(',').map((one) => one.trim());
  return {
    ...(first !== undefined && { [first]: main }),
    ...Object.fromEntries(named.filter(([, one]) => one !== undefined)),
    ...(events && { events }),
    ...(env[`${variable}_PRIVATE`] !== undefined && { private: env[`${variable}_PRIVATE`] !== '0' }),
  };
}
