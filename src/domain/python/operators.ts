import { asNumber, numberValue, truth, unknown, type Value } from './value';

type Arithmetic = (a: number, b: number) => number | undefined;

/** Python's: / of integers is no integer, // and % go towards minus infinity; a division by zero is no value. */
const ARITHMETIC: ReadonlyMap<string, Arithmetic> = new Map<string, Arithmetic>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0 ? undefined : a / b)],
  ['//', (a, b) => (b === 0 ? undefined : Math.floor(a / b))],
  ['%', (a, b) => (b === 0 ? undefined : a - b * Math.floor(a / b))],
  ['**', (a, b) => a ** b],
]);

export function binary(operator: string, left: Value, right: Value): Value {
  const lists = listOperation(operator, left, right);
  if (lists !== undefined) return lists;
  const a = asNumber(left);
  const b = asNumber(right);
  const result = a === undefined || b === undefined ? undefined : ARITHMETIC.get(operator)?.(a, b);
  return result === undefined || Number.isNaN(result) ? unknown(operator) : numberValue(result);
}

const LONGEST_LIST = 10_000;

function listOperation(operator: string, left: Value, right: Value): Value | undefined {
  if (left.kind !== 'list') return undefined;
  if (operator === '+' && right.kind === 'list')
    return { kind: 'list', items: [...left.items, ...right.items] };
  const times = asNumber(right);
  if (operator !== '*' || times === undefined || times * left.items.length > LONGEST_LIST) return undefined;
  const repeated = Array.from({ length: Math.max(0, Math.floor(times)) }, () => left.items);
  return { kind: 'list', items: repeated.flat() };
}

export function unary(operator: string, value: Value): Value {
  const number = asNumber(value);
  if (number === undefined) return unknown(operator);
  if (operator === '-') return numberValue(-number);
  return operator === '+' ? numberValue(number) : unknown(operator);
}

/** One link of `a < b <= c`; undefined where it is not known. */
export function compare(operator: string, left: Value, right: Value): boolean | undefined {
  const numbers = compareNumbers(operator, asNumber(left), asNumber(right));
  if (numbers !== undefined) return numbers;
  if (operator === 'in' || operator === 'not in') return contains(left, right, operator === 'in');
  const same = isSame(left, right);
  if (same === undefined) return undefined;
  if (operator === '==' || operator === 'is') return same;
  return operator === '!=' || operator === 'is not' ? !same : undefined;
}

function compareNumbers(operator: string, a: number | undefined, b: number | undefined): boolean | undefined {
  if (a === undefined || b === undefined) return undefined;
  return ORDER.get(operator)?.(a, b);
}

const ORDER: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['<', (a: number, b: number) => a < b],
  ['<=', (a: number, b: number) => a <= b],
  ['>', (a: number, b: number) => a > b],
  ['>=', (a: number, b: number) => a >= b],
  ['==', (a: number, b: number) => a === b],
  ['!=', (a: number, b: number) => a !== b],
]);

function contains(left: Value, right: Value, wanted: boolean): boolean | undefined {
  if (right.kind !== 'list') return undefined;
  const found = right.items.map((item) => isSame(left, item));
  if (found.includes(true)) return wanted;
  return found.includes(undefined) ? undefined : !wanted;
}

function isSame(left: Value, right: Value): boolean | undefined {
  if (left.kind === 'unknown' || right.kind === 'unknown') return undefined;
  if (left.kind === 'none' || right.kind === 'none') return left.kind === right.kind;
  return 'value' in left && 'value' in right ? left.value === right.value : undefined;
}

export function boolean(operator: string, left: Value, right: () => Value): Value {
  const known = truth(left);
  if (known === undefined) return left;
  return known === (operator === 'and') ? right() : left;
}
