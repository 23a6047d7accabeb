import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CASES, replace, type Victim } from './hostile-cases';
import { recordRuns } from './record-run';

export type Corpus = {
  /** The stranger's clone, which is the user's working folder. */
  readonly repo: string;
  readonly runs: string;
  /** Files of the user, which nothing may touch. */
  readonly outside: string;
  /** Names of the hostile run folders. */
  readonly cases: readonly string[];
};

const CANARIES = [
  'package.json',
  'credentials.json',
  '.profile',
  'checkpoint/epoch-0001/model.onnx',
  'checkpoint/credentials.json',
];

/** Writes a clone with a run folder for each known way in which one was hostile. */
export async function writeCorpus(root: string, example: string, victim: Victim): Promise<Corpus> {
  const [repo, outside] = [path.join(root, 'repo'), path.join(root, 'outside')];
  const runs = path.join(repo, 'runs');
  mkdirSync(runs, { recursive: true });
  for (const name of ['pcb.train.yaml', 'data.yaml', 'images', 'labels'])
    cpSync(path.join(example, name), path.join(repo, name), { recursive: true });
  for (const name of CANARIES)
    replace(path.join(outside, name), (file) => writeFileSync(file, `canary ${name}\n`));
  const base = { epochs: 50, stepsPerEpoch: 4, steps: 200, end: 'completed' as const, seed: 3 };
  await recordRuns(path.join(repo, 'pcb.train.yaml'), root, [{ ...base, name: 'base' }]);
  writeFileSync(path.join(root, 'base/meta.json'), '{}');
  replace(path.join(root, 'base/checkpoints/epoch-0050/model.onnx'), (file) => writeFileSync(file, 'none'));
  for (const [name, hostile] of CASES) {
    const dir = path.join(runs, name);
    cpSync(path.join(root, 'base'), dir, { recursive: true });
    hostile({ dir, repo, outside, victim });
  }
  plantPrograms(repo, outside);
  plantSettings(repo);
  return { repo, runs, outside, cases: CASES.map(([name]) => name) };
}

/** Programs and modules of names that are searched for, each of which leaves a trace if it runs. */
function plantPrograms(repo: string, outside: string): void {
  const executed = path.join(outside, 'executed');
  const programs = ['evil.sh', 'python3', 'python', 'git', 'nvidia-smi', 'ps', 'node'];
  // A keeper's working folder is that of its runs.
  const names = [...programs, ...programs.map((name) => `runs/${name}`)];
  const environments = ['.venv', 'venv', 'env'].flatMap((env) => [`${env}/bin/python`, `${env}/bin/python3`]);
  for (const name of [...names, ...environments])
    replace(path.join(repo, name), (file) => {
      writeFileSync(file, `#!/bin/sh\necho "$0" >> ${executed}\n`);
      chmodSync(file, 0o755);
    });
  const module = `open(${JSON.stringify(executed)}, 'a').write(__file__)\n`;
  for (const folderName of ['', 'runs'])
    for (const name of ['pitwall_ultralytics/__init__.py', 'ultralytics/__init__.py', 'sitecustomize.py'])
      replace(path.join(repo, folderName, name), (file) => writeFileSync(file, module));
  symlinkSync(path.join(outside, 'created'), path.join(repo, 'runs/.gitignore'));
  mkdirSync(path.join(repo, 'exports/link-stdout-log'), { recursive: true });
  symlinkSync(path.join(outside, 'credentials.json'), path.join(repo, 'exports/link-stdout-log/steps.csv'));
  symlinkSync(path.join(outside, 'checkpoint'), path.join(repo, 'exports/text-acts'));
}

/** Settings of the workspace that name programs and addresses, or are of another type than they should be. */
function plantSettings(repo: string): void {
  const settings = {
    'pitwall.python': './python',
    'pitwall.node': './node',
    'pitwall.ultralyticsVersion': { not: 'a version' },
    'pitwall.notify': { webhook: { url: 'http://127.0.0.1:9/' } },
    'pitwall.lens.enabled': 'no',
    'python.defaultInterpreterPath': './python',
  };
  replace(path.join(repo, '.vscode/settings.json'), (file) => writeFileSync(file, JSON.stringify(settings)));
  const experiment = `trainer: command\ncommand: {run: [./evil.sh], cwd: .}\nmodel: ../../outside/m.pt\ndata: /dev/zero\nepochs: 1\n`;
  replace(path.join(repo, 'evil.train.yaml'), (file) => writeFileSync(file, experiment));
}
