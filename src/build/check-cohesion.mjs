// House style: a file is a subject or a phase, not one function of its only user. A file of fewer than 40 lines that one file
// of its own layer imports belongs into that file, unless SMALL_FILES says why not. And a type's name is declared once: a few
// may be declared twice, far from each other. Usage: node check-cohesion.mjs [root] [most names declared twice]
import path from 'node:path';
import { SMALL_FILES } from './small-files.mjs';
import { importersOf, readTree, typeNames } from './source-tree.mjs';

const FEW_LINES = 40;
const MOST_TWICE = Number(process.argv[3] ?? 3);
const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../..'));
const tree = readTree(root);
const importers = importersOf(tree);

/** `src/domain` of `src/domain/run/x.ts`; `webview` is one layer. */
const layerOf = (file) => (file.startsWith('webview/') ? 'webview' : file.split('/').slice(0, 2).join('/'));

/** The one file of the same layer that imports this one. */
function onlyUser(file) {
  const [user, ...others] = importers.get(file);
  return user && others.length === 0 && layerOf(user) === layerOf(file) ? user : undefined;
}

const small = tree.filter(({ file, lines }) => lines < FEW_LINES && onlyUser(file));
const homeless = small.filter(({ file }) => !(file in SMALL_FILES));
const idle = root === path.resolve(import.meta.dirname, '../..') ? Object.keys(SMALL_FILES) : [];
const gone = idle.filter((file) => !small.some((other) => other.file === file));

for (const { file, lines } of homeless)
  console.error(`cohesion: ${file} (${lines} lines) has one user, ${onlyUser(file)}: move it there`);
for (const file of gone)
  console.error(`cohesion: ${file} needs no entry in src/build/small-files.mjs any longer`);
const twice = [...typeNames(tree)].filter(([, files]) => files.length > 1);
const isAmbiguous = twice.length > MOST_TWICE;
for (const [name, files] of isAmbiguous ? twice : [])
  console.error(`cohesion: type ${name} is declared in ${files.join(', ')}`);
if (tree.length === 0) console.error('cohesion: no file was seen');
if (homeless.length > 0 || gone.length > 0 || isAmbiguous || tree.length === 0) process.exit(1);
console.log(`cohesion: ${tree.length} files, ${small.length} small ones with a reason`);
