import { type JsonSchema, schemaOf } from '../experiment/json-schema';
import { TARGET_NAME } from './parse-targets';
import { TARGET_KEYS } from './target-keys';

/** A JSON Schema (draft 7) of targets.yaml, for other YAML tools; made from the table that the parser uses. */
export function targetsJsonSchema(): JsonSchema {
  const closed = { type: 'object', additionalProperties: false };
  const properties = Object.fromEntries(TARGET_KEYS.map((spec) => [spec.key, formOf(spec)]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pitwall targets',
    ...closed,
    patternProperties: { [TARGET_NAME.source]: { ...closed, required: ['kind'], properties } },
  };
}

/** One text stands for a list of one. */
function formOf(spec: (typeof TARGET_KEYS)[number]): JsonSchema {
  const schema = schemaOf(spec);
  if (spec.kind !== 'texts') return schema;
  const { anyOf = [], ...rest } = schema as { readonly anyOf?: readonly JsonSchema[] };
  return { ...rest, anyOf: [...anyOf, { type: 'string' }] };
}
