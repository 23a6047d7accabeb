// House style: a file holds one idea. Warns at 300 lines, fails at 400. Usage: node check-size.mjs [root]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const WARN_LINES = 300;
const FAIL_LINES = 400;
const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../..'));

function sourceFiles() {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '.'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((f) => /\.(ts|mjs|cjs|py|css)$/.test(f) && !/(^|\/)fixtures\//.test(f));
}

const files = sourceFiles();
let failed = files.length === 0;
if (failed) console.error('size check: no file was seen');
for (const file of files) {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n').length - 1;
  if (lines > WARN_LINES)
    console.error(`size check: ${file}: ${lines} lines (aim 100, at most ${FAIL_LINES})`);
  failed ||= lines > FAIL_LINES;
}
if (failed) process.exit(1);
console.log(`size check: ${files.length} files`);
