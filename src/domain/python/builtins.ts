import { roundHalfEven } from '../schedule/rounding';
import { type Arguments, type Budget, createList, spend } from './context';
import { asNumber, numberValue, unknown, type Value } from './value';

/** Functions of numbers under their Python names, whether from math, numpy, torch or without a module. */
const NUMERIC: ReadonlyMap<string, (...numbers: number[]) => number> = new Map([
  ['abs', Math.abs],
  ['fabs', Math.abs],
  ['pow', Math.pow],
  ['cos', Math.cos],
  ['sin', Math.sin],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
  ['exp', Math.exp],
  ['sqrt', Math.sqrt],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
  ['trunc', Math.trunc],
  ['int', Math.trunc],
  ['float', (x: number) => x],
  ['log', (x: number, base?: number) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base))],
  ['round', (x: number, digits = 0) => roundHalfEven(x * 10 ** digits) / 10 ** digits],
  ['clip', (x: number, low: number, high: number) => Math.min(Math.max(x, low), high)],
]);

type OfValues = (values: readonly Value[], budget: Budget) => Value | undefined;

const OF_VALUES: ReadonlyMap<string, OfValues> = new Map<string, OfValues>([
  ['max', extreme(Math.max)],
  ['min', extreme(Math.min)],
  ['maximum', extreme(Math.max)],
  ['minimum', extreme(Math.min)],
  ['sum', sum],
  ['len', ([value]) => (value?.kind === 'list' ? numberValue(value.items.length) : undefined)],
  ['list', ([value]) => (value?.kind === 'list' ? value : undefined)],
  ['tuple', ([value]) => (value?.kind === 'list' ? value : undefined)],
  ['range', range],
]);

/** A call of a built-in function; undefined if the name is none of them or the arguments are not known. */
export function callBuiltin(
  name: string,
  { positional, named }: Arguments,
  budget: Budget,
): Value | undefined {
  if (name === 'dict') return positional.length === 0 ? { kind: 'dict', entries: named } : undefined;
  const special = OF_VALUES.get(name);
  if (special !== undefined) return special(positional, budget);
  const f = NUMERIC.get(name);
  const numbers = positional.map(asNumber);
  if (f === undefined || numbers.length === 0 || !numbers.every((n) => n !== undefined)) return undefined;
  const result = f(...numbers);
  return Number.isNaN(result) ? unknown(name) : numberValue(result);
}

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['math.pi', Math.PI],
  ['np.pi', Math.PI],
  ['numpy.pi', Math.PI],
  ['torch.pi', Math.PI],
  ['math.e', Math.E],
  ['np.e', Math.E],
  ['math.inf', Number.POSITIVE_INFINITY],
]);

export function constant(path: string): Value | undefined {
  const value = CONSTANTS.get(path);
  return value === undefined ? undefined : numberValue(value);
}

function numbersIn(values: readonly Value[], budget: Budget): readonly number[] | undefined {
  const items = values.length === 1 && values[0].kind === 'list' ? values[0].items : values;
  if (!spend(budget, items.length)) return undefined;
  const numbers = items.map(asNumber);
  return numbers.every((n) => n !== undefined) ? numbers : undefined;
}

function extreme(pick: (...numbers: number[]) => number): OfValues {
  return (values, budget) => {
    const numbers = numbersIn(values, budget);
    return numbers === undefined || numbers.length === 0 ? undefined : numberValue(pick(...numbers));
  };
}

function sum(values: readonly Value[], budget: Budget): Value | undefined {
  const numbers = numbersIn(values.slice(0, 1), budget);
  return numbers && numberValue(numbers.reduce((total, n) => total + n, asNumber(values[1]) ?? 0));
}

function range(values: readonly Value[], budget: Budget): Value | undefined {
  const numbers = values.map(asNumber);
  if (!numbers.every((n) => n !== undefined) || numbers.length === 0) return undefined;
  const [from, to] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const by = numbers[2] ?? 1;
  const length = by === 0 ? 0 : Math.max(0, Math.ceil((to - from) / by));
  return createList(length, budget, () => Array.from({ length }, (_, i) => numberValue(from + i * by)));
}
