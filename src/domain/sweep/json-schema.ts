import { type JsonSchema, schemaOf } from '../experiment/json-schema';
import { KEYS } from '../experiment/key-table';
import { SWEEP_BLOCKS, SWEEP_KEYS } from './sweep-keys';

/** A JSON Schema (draft 7) of `*.sweep.yaml`, for other YAML tools; made from the tables that the parsers use. */
export function sweepJsonSchema(): JsonSchema {
  const top = SWEEP_KEYS.filter(({ key }) => !key.includes('.'));
  const stop = SWEEP_KEYS.filter(({ key }) => key.startsWith('stop.'));
  const named = (specs: typeof SWEEP_KEYS, prefix = '') =>
    Object.fromEntries(specs.map((spec) => [spec.key.slice(prefix.length), schemaOf(spec)]));
  const closed = { type: 'object', additionalProperties: false };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pitwall sweep',
    ...closed,
    required: ['experiment', 'search'],
    properties: {
      ...named(top),
      search: { description: SWEEP_BLOCKS.get('search'), ...closed, properties: searchProperties() },
      stop: { description: SWEEP_BLOCKS.get('stop'), ...closed, properties: named(stop, 'stop.') },
    },
  };
}

function searchProperties(): JsonSchema {
  return Object.fromEntries(KEYS.map(({ key, doc }) => [key, { description: doc, anyOf: VALUES }]));
}

const two = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 };
const VALUES: readonly JsonSchema[] = [
  { type: 'array', minItems: 1 },
  {
    type: 'object',
    additionalProperties: false,
    properties: {
      log: two,
      uniform: two,
      int: { ...two, items: { type: 'integer' } },
      choice: { type: 'array', minItems: 1 },
      points: { type: 'integer', minimum: 2, maximum: 100 },
      if: { type: 'object', minProperties: 1, maxProperties: 1 },
    },
  },
];
