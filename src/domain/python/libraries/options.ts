import type { Arguments, Context } from '../context';
import { asNumber, truth, type Value } from '../value';

/** The arguments of a call by the names of its signature; what is not known is reported once for each. */
export type Options = {
  readonly given: ReadonlyMap<string, Value>;
  /** The number given; `standard` if none is given or if it is not known, which is reported. */
  number(name: string, standard: number): number;
  /** Undefined if none is given: the library's default then counts. */
  optional(name: string): number | undefined;
  numbers(name: string): readonly number[] | undefined;
  flag(name: string): boolean | undefined;
  word(name: string): string | undefined;
};

export function optionsOf(args: Arguments, signature: string, context: Context): Options {
  const names = signature.split(' ');
  const positional = args.positional.map((value, i) => [names[i] ?? `#${i}`, value] as const);
  const given = new Map<string, Value>([...positional, ...args.named]);
  const { assume, t } = context;
  const number = (name: string, standard: number): number => {
    const value = given.get(name);
    const known = asNumber(value);
    if (known !== undefined) return known;
    if (value === undefined || value.kind === 'unknown') {
      assume(t('{0} is not known: {1} is assumed.', name, standard));
    }
    return standard;
  };
  const optional = (name: string): number | undefined => {
    const value = given.get(name);
    if (value?.kind === 'unknown') assume(t('{0} is not known: its default is assumed.', name));
    return asNumber(value);
  };
  const numbers = (name: string): readonly number[] | undefined => {
    const value = given.get(name);
    if (value?.kind !== 'list') return undefined;
    const found = value.items.map(asNumber);
    return found.every((n) => n !== undefined) ? found : undefined;
  };
  const flag = (name: string): boolean | undefined => {
    const value = given.get(name);
    return value === undefined ? undefined : truth(value);
  };
  const word = (name: string): string | undefined => {
    const value = given.get(name);
    return value?.kind === 'string' ? value.value : undefined;
  };
  return { given, number, optional, numbers, flag, word };
}

/** An options object without what is not given, so that defaults apply. */
export function defined<T extends Readonly<Record<string, unknown>>>(
  options: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
