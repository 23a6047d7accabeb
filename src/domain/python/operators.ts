import { type Budget, createList, spend } from './context';
import { asNumber, numberValue, truth, unknown, type Value } from './value';

type Arithmetic = (a: number, b: number) => number | undefined;

/** Python's: / of integers is not an integer, // and % round towards minus infinity; a division by zero has no value. */
const ARITHMETIC: ReadonlyMap<string, Arithmetic> = new Map<string, Arithmetic>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0 ? undefined : a / b)],
  ['//', (a, b) => (b === 0 ? undefined : Math.floor(a / b))],
  ['%', (a, b) => (b === 0 ? undefined : a - b * Math.floor(a / b))],
  ['**', (a, b) => a ** b],
]);

export type Operands = { readonly left: Value; readonly right: Value };

export function binary(operator: string, operands: Operands, budget: Budget): Value {
  const { left, right } = operands;
  const lists = listOperation(operator, operands, budget);
  if (lists !== undefined) return lists;
  const a = asNumber(left);
  const b = asNumber(right);
  const result = a === undefined || b === undefined ? undefined : ARITHMETIC.get(operator)?.(a, b);
  return result === undefined || Number.isNaN(result) ? unknown(operator) : numberValue(result);
}

function listOperation(operator: string, { left, right }: Operands, budget: Budget): Value | undefined {
  if (left.kind !== 'list') return undefined;
  if (operator === '+' && right.kind === 'list') return joined(left.items, right.items, budget);
  const times = asNumber(right);
  return operator === '*' && times !== undefined ? repeated(left.items, times, budget) : undefined;
}

function joined(left: readonly Value[], right: readonly Value[], budget: Budget): Value {
  return createList(left.length + right.length, budget, () => [...left, ...right]);
}

/** An empty list repeated is empty, however often. */
function repeated(items: readonly Value[], times: number, budget: Budget): Value {
  const length = items.length === 0 || times < 1 ? 0 : items.length * Math.floor(times);
  return createList(length, budget, () => Array.from({ length }, (_, i) => items[i % items.length]));
}

export function unary(operator: string, value: Value): Value {
  const number = asNumber(value);
  if (number === undefined) return unknown(operator);
  if (operator === '-') return numberValue(-number);
  return operator === '+' ? numberValue(number) : unknown(operator);
}

/** One link of `a < b <= c`; undefined if it is not known. */
export function compare(operator: string, { left, right }: Operands, budget: Budget): boolean | undefined {
  const numbers = compareNumbers(operator, asNumber(left), asNumber(right));
  if (numbers !== undefined) return numbers;
  if (operator === 'in' || operator === 'not in') {
    return asked(contains(left, right, budget), operator === 'in');
  }
  const same = isSame(left, right);
  if (operator === '==' || operator === 'is') return same;
  return operator === '!=' || operator === 'is not' ? asked(same, false) : undefined;
}

/** Whether a truth value is the expected one; what is not known stays so. */
function asked(found: boolean | undefined, wanted: boolean): boolean | undefined {
  return found === undefined ? undefined : found === wanted;
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

function contains(left: Value, right: Value, budget: Budget): boolean | undefined {
  if (right.kind !== 'list' || !spend(budget, right.items.length)) return undefined;
  const found = right.items.map((item) => isSame(left, item));
  if (found.includes(true)) return true;
  return found.includes(undefined) ? undefined : false;
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
