const COLUMNS = ['starts', 'preview', 'metrics', 'best', 'stop', 'pause', 'resume', 'kept'];
const TITLES = [
  'starts',
  'preview = applied',
  'metrics equal',
  'best the same',
  'stop',
  'pause',
  'resume',
  'change kept',
];

/** docs/ultralytics-matrix.md of results.json. */
export function pageOf({ version, models, sets, remarks = [] }, known) {
  const rows = known
    .filter(({ name }) => models[name])
    .map(({ name, task }) => rowOf(name, task, models[name]));
  const titles = ['model', 'task', ...TITLES];
  return `# Ultralytics models and arguments, tried

Written by \`npm run test:matrix\` with Ultralytics ${version} on a CPU: each model from its YAML on tiny pictures, two epochs.
*preview = applied*: the LR of every group at every step within 1e-9 of the preview (relative). *metrics equal*: every checkpoint
within .0005 of Ultralytics' own \`val\` of the same file. *best the same*: the epoch that Ultralytics' own validation in its
loop names. *stop*: no process is left. *change kept*: after \`set lr\`, a pause and a resume each step has the plan times the
factor that was applied, within 1e-9.

| ${titles.join(' | ')} |
|${titles.map(() => '---|').join('')}
${rows.join('\n')}

Models from a YAML find next to nothing after two epochs: what tells rules apart are the random sets, whose detector has learned.
${remarks.map((line) => `- ${line}\n`).join('')}${setsOf(sets)}`;
}

function rowOf(name, task, row) {
  const cells = COLUMNS.map((key) => cellOf(key, row[key]));
  return `| ${name} | ${task} | ${cells.join(' | ')} |`;
}

function cellOf(key, cell) {
  if (cell === undefined) return '-';
  const { ok, value, note } = cell;
  const measured = key === 'metrics' ? ` (${short(value)}${note ? `, ${note}` : ''})` : '';
  if (ok) return `yes${measured}`;
  return `no: ${clean(note || short(value))}`;
}

const clean = (text) => String(text).replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 300);
const short = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(2))) : String(value));

function setsOf(sets) {
  if (sets.length === 0) return '';
  const rows = sets.map(({ asked, failed, differs = [], preview, isPreview, map, metrics, isEqual }, i) => {
    const keys = Object.entries(asked).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const first = `| ${i + 1} | ${keys.join(' ').replaceAll('"', '')}`;
    if (failed) return `${first} | no: ${clean(failed)} | - | - | - |`;
    const written = differs.length === 0 ? 'yes' : `no: ${differs.join(', ')}`;
    const applied = isPreview ? 'yes' : `no: ${short(preview)}`;
    return `${first} | ${written} | ${applied} | ${isEqual ? 'yes' : 'no'} (${short(metrics)}) | ${short(map)} |`;
  });
  return `
## ${sets.length} random sets of arguments
A detector of 60,000 parameters that has learned the pictures, gone on with for an epoch or two.

| | arguments | args.yaml as asked | preview = applied | metrics equal | mAP50-95 |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
