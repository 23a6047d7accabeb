import type { Problem, SourceRange } from '../../base/problem';
import { worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { NEWS_KINDS, type NewsKind } from '../../domain/notify/news';
import { CHANNEL_NAMES, type ChannelName, type ChannelSettings, channel } from './channels';

/** One channel as a person has set it up. */
export type NotifyChannel = ChannelSettings & {
  readonly name: ChannelName;
  readonly events: readonly NewsKind[];
  /** The name in its address may lead into a private network. */
  readonly private: boolean;
};

/** Values as they were written, and where. */
export type Written = {
  readonly value: unknown;
  readonly file: string;
  placeOf(keys: readonly string[]): SourceRange | undefined;
};

export type CheckedSettings = {
  readonly channels: readonly NotifyChannel[];
  readonly language?: string;
  readonly problems: readonly Problem[];
};

/** What is wrong is named by its key and never by its value, which may be a secret. */
export function checkSettings(written: Written): CheckedSettings {
  const { value } = written;
  if (value === undefined || value === null) return { channels: [], problems: [] };
  if (!isRecord(value)) return { channels: [], problems: [problemAt(written, [], BLOCK)] };
  const { language, ...rest } = value;
  const found = Object.entries(rest).map(([name, one]) => checkChannel(name, one));
  const problems = found
    .flatMap(({ faults }) => faults)
    .map(({ keys, said }) => problemAt(written, keys, said));
  const channels = found.map((one) => one.channel).filter((one) => one !== undefined);
  return { channels, problems, ...(typeof language === 'string' && { language }) };
}

type Fault = { readonly keys: readonly string[]; readonly said: Words };
type OneChecked = { readonly channel?: NotifyChannel; readonly faults: readonly Fault[] };

const BLOCK = words('expected channels, such as ntfy: { url: https://ntfy.sh/my-secret-topic }');

function checkChannel(name: string, value: unknown): OneChecked {
  if (!isChannel(name))
    return { faults: [{ keys: [name], said: unknown(name, [...CHANNEL_NAMES, 'language']) }] };
  if (value === false || value === null) return { faults: [] };
  const { keys, example } = channel(name);
  const fields = fieldsOf(value, keys[0]);
  if (fields === undefined)
    return fault([name], words('expected {0}, or a block of {1}', example, keysOf(name)));
  const faults = [
    ...Object.keys(fields)
      .filter((key) => !keysOf(name).split(', ').includes(key))
      .map((key) => ({ keys: [name, key], said: unknown(key, keysOf(name).split(', ')) })),
    ...faultsOf(name, fields),
  ];
  if (faults.length > 0) return { faults };
  const { events = NEWS_KINDS, private: isPrivate = false, url = '', ...rest } = fields;
  return {
    faults: [],
    channel: {
      ...rest,
      name,
      url: String(url),
      events: events as readonly NewsKind[],
      private: isPrivate === true,
    },
  };
}

/** `desktop: true`, `slack: https://...` or a block. */
function fieldsOf(value: unknown, first: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (value === true && first === undefined) return {};
  if (typeof value === 'string' && first !== undefined) return { [first]: value };
  return isRecord(value) ? value : undefined;
}

function keysOf(name: ChannelName): string {
  const { keys } = channel(name);
  return [...keys, 'events', ...(keys.length > 0 ? ['private'] : [])].join(', ');
}

function faultsOf(name: ChannelName, fields: Readonly<Record<string, unknown>>): readonly Fault[] {
  const { keys, example } = channel(name);
  const texts = keys.filter((key) => fields[key] !== undefined && typeof fields[key] !== 'string');
  const isMissing = keys[0] === 'url' && !isAddress(fields.url);
  return [
    ...texts.map((key) => ({ keys: [name, key], said: words('expected a text') })),
    ...(isMissing ? [{ keys: [name, 'url'], said: words('expected an address such as {0}', example) }] : []),
    ...eventFaults(name, fields.events),
    ...(fields.private === undefined || typeof fields.private === 'boolean'
      ? []
      : [{ keys: [name, 'private'], said: words('expected true or false') }]),
  ];
}

function eventFaults(name: ChannelName, events: unknown): readonly Fault[] {
  if (events === undefined) return [];
  const keys = [name, 'events'];
  if (!Array.isArray(events)) return [{ keys, said: words('expected a list of {0}', NEWS_KINDS.join(', ')) }];
  const strange = events.filter((one) => !(NEWS_KINDS as readonly unknown[]).includes(one));
  return strange.map((one) => ({ keys, said: unknown(String(one), NEWS_KINDS) }));
}

function isAddress(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || protocol === 'http:';
}

function unknown(name: string, known: readonly string[]): Words {
  const meant = nearestName(name, known);
  const said = words('{0} is not one of {1}', name.slice(0, 40), known.join(', '));
  return meant === undefined ? said : words('{0}; did you mean {1}?', said, meant);
}

const fault = (keys: readonly string[], said: Words): OneChecked => ({ faults: [{ keys, said }] });

function problemAt({ file, placeOf }: Written, keys: readonly string[], said: Words): Problem {
  const range = placeOf(keys);
  const key = keys.join('.');
  return { severity: 'error', ...worded(said), file, ...(key !== '' && { key }), ...(range && { range }) };
}

const isChannel = (name: string): name is ChannelName => (CHANNEL_NAMES as readonly string[]).includes(name);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
