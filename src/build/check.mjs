// Every static gate, in one command: types per environment, formatter and linter, import rules, file size, bundles.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const bin = (name) =>
  path.join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const script = (name) => [process.execPath, [path.join(root, 'src/build', name)]];
const types = (project) => [bin('tsc'), ['-p', project]];

const GATES = {
  'types: pure layers': types('src/tsconfig.pure.json'),
  'types: node': types('src/tsconfig.node.json'),
  'types: extension': types('src/extension/tsconfig.json'),
  'types: webview': types('webview/tsconfig.json'),
  'types: tests': types('test/tsconfig.json'),
  'format and lint': [bin('biome'), ['check', '--error-on-warnings', '.']],
  'import rules': script('check-deps.mjs'),
  'file size': script('check-size.mjs'),
  cohesion: script('check-cohesion.mjs'),
  'plain English': script('check-dialect.mjs'),
  'promises, folders and waits': script('check-calls.mjs'),
  'dead code': [
    bin('knip'),
    ['--production', '--no-progress', '--no-gitignore', '--config', 'src/build/knip.mjs'],
  ],
  spelling: [
    bin('cspell'),
    [
      'lint',
      '--config',
      'src/build/cspell.json',
      '--no-progress',
      '--quiet',
      '--cache',
      '--cache-location',
      'node_modules/.cache/cspell',
    ],
  ],
  bundles: script('check-bundle.mjs'),
};

const only = process.argv[2];
let failed = 0;
for (const [name, [command, args]] of Object.entries(GATES)) {
  if (only && !name.includes(only)) continue;
  if (!existsSync(command))
    throw new Error(`${command} is missing: run npm test once, it installs everything`);
  // Node starts a .cmd in a shell alone, in which a path with a space would be two words.
  const isScript = command.endsWith('.cmd');
  const result = spawnSync(isScript ? `"${command}"` : command, args, {
    ...{ cwd: root, encoding: 'utf8', shell: isScript },
  });
  const passed = result.status === 0;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`);
  if (!passed) console.log(`${result.stdout}${result.stderr}`);
  failed += passed ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);
