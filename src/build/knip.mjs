// Dead code: files and exports that no bundle needs. An export with @internal is there for the tests, one with @public for a
// user to come; each says which. Run by knip --production.
import { ENTRIES } from './entries.mjs';

/** Read by the build and by tests only; or not used yet. */
const OUTSIDE = [
  'src/domain/experiment/argument-fate.ts', // src/build/arguments.mjs
  'src/domain/experiment/json-schema.ts', // src/build/schema.mjs
  'src/domain/sweep/json-schema.ts', // src/build/schema.mjs
  'src/domain/targets/json-schema.ts', // src/build/schema.mjs
  'src/extension/commands/manifest.ts', // src/build/manifest.mjs
];

// biome-ignore lint/style/noDefaultExport: knip reads its configuration so
export default {
  entry: [...Object.values(ENTRIES).map(({ entry }) => entry), ...OUTSIDE].map((file) => `${file}!`),
  project: ['src/**/*.ts!', 'webview/**/*.ts!'],
  ignoreExportsUsedInFile: true,
};
