import { expectedOf } from './describe-value';
import type { KeySpec } from './key-spec';
import { KEYS } from './key-table';
import { BLOCKS } from './keys-pitwall';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A JSON Schema (draft 7) of `*.train.yaml`, for other YAML tools; made from the table that the parser uses. */
export function experimentJsonSchema(): JsonSchema {
  const top = KEYS.filter((spec) => !spec.key.includes('.'));
  const properties = Object.fromEntries(top.map((spec) => [spec.key, schemaOf(spec)]));
  const blocks = Object.fromEntries([...BLOCKS].map(([name, doc]) => [name, blockSchema(name, doc)]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pitwall experiment',
    type: 'object',
    properties: { ...properties, ...blocks },
    additionalProperties: false,
  };
}

function blockSchema(name: string, description: string): JsonSchema {
  const prefix = `${name}.`;
  const inner = KEYS.filter((spec) => spec.key.startsWith(prefix));
  const properties = Object.fromEntries(inner.map((spec) => [spec.key.slice(prefix.length), schemaOf(spec)]));
  const block = { type: 'object', properties, additionalProperties: false };
  const canBeOff = inner.some((spec) => spec.key === `${prefix}enabled`);
  return canBeOff
    ? { description, anyOf: [block, { type: 'boolean' }, { type: 'null' }] }
    : { description, ...block };
}

export function schemaOf(spec: KeySpec): JsonSchema {
  const kinds = [KINDS[spec.kind](spec), ...extraForms(spec)];
  const value = kinds.length === 1 ? kinds[0] : { anyOf: kinds };
  return { description: `${spec.doc} Takes ${expectedOf(spec)}.`, ...defaultOf(spec), ...value };
}

function extraForms(spec: KeySpec): readonly JsonSchema[] {
  if (spec.kind === 'any') return [];
  return [
    ...(spec.words ? [{ enum: spec.words }] : []),
    ...(spec.list ? [{ type: 'array', items: KINDS[spec.kind](spec) }] : []),
    ...(spec.default === null ? [{ type: 'null' }] : []),
  ];
}

function defaultOf({ default: value }: KeySpec): JsonSchema {
  return value === null ? {} : { default: value };
}

const KINDS: Readonly<Record<KeySpec['kind'], (spec: KeySpec) => JsonSchema>> = {
  int: (spec) => ({ type: 'integer', ...bounds(spec) }),
  number: (spec) => ({ type: 'number', ...bounds(spec) }),
  bool: () => ({ type: 'boolean' }),
  text: () => ({ type: ['string', 'number'] }),
  // A bare on or off is a word to some YAML tools and a boolean to others.
  pattern: () => ({ type: 'string', format: 'regex' }),
  choice: ({ choices = [] }) => ({ enum: choices.includes('on') ? [...choices, true, false] : choices }),
  texts: () => ({ type: 'array', items: { type: ['string', 'number', 'boolean'] }, minItems: 1 }),
  map: () => ({ type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } }),
  any: () => ({}),
};

function bounds({ min, max, above }: KeySpec): JsonSchema {
  return {
    ...(min !== undefined && (above ? { exclusiveMinimum: min } : { minimum: min })),
    ...(max !== undefined && { maximum: max }),
  };
}
