import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { zipOf } from './write-zip';

// What a stranger can put into a run folder: each case makes one of an honest run's.

/** A process of the user, which a stranger's folder claims as its own. */
export type Victim = { readonly identity: Readonly<Record<string, unknown>>; readonly run: string };

export type Place = {
  readonly dir: string;
  readonly repo: string;
  readonly outside: string;
  readonly victim: Victim;
};
export type Hostile = (place: Place) => void;

const FILES = ['run.json', 'meta.json', 'status.json', 'signature.json'];
const LOGS = ['events.jsonl', 'keeper.jsonl', 'validation.jsonl', 'stdout.log', 'keeper.log'];
const OTHERS = ['.events.cache', 'keeper.1.lock', 'keeper.1.released'];
const FOLDERS = [
  'control',
  'control/trainer',
  'checkpoints',
  'checkpoints/epoch-0050',
  'validation',
  'trainer',
];

const PYTHON = '/usr/bin/python3';

const at = (place: Place, name: string): string => path.join(place.dir, name);

export function replace(file: string, make: (file: string) => void): void {
  rmSync(file, { recursive: true, force: true });
  mkdirSync(path.dirname(file), { recursive: true });
  make(file);
}

const link = (name: string, to: (place: Place) => string): Hostile => {
  return (place) => replace(at(place, name), (file) => symlinkSync(to(place), file));
};
const canary = (place: Place): string => path.join(place.outside, 'credentials.json');
const fifo = (name: string): Hostile => {
  return (place) => replace(at(place, name), (file) => execFileSync('mkfifo', [file]));
};
const huge = (name: string): Hostile => {
  return (place) =>
    replace(at(place, name), (file) => {
      writeFileSync(file, '');
      truncateSync(file, 3 * 2 ** 30);
    });
};
/** Node removes the sockets that it closes: this one is left by a process that was ended. */
const socket = (name: string): Hostile => {
  return (place) =>
    replace(at(place, name), (file) => {
      const listen =
        "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
      spawnSync(process.execPath, ['-e', listen, file]);
    });
};
const secondName = (name: string): Hostile => {
  return (place) => replace(at(place, name), (file) => linkSync(canary(place), file));
};
/** A terabyte that takes no place. */
const sparse = (name: string): Hostile => {
  return (place) => truncateSync(at(place, name), 2 ** 40);
};
const folder = (name: string): Hostile => {
  return (place) => replace(at(place, name), (file) => mkdirSync(file));
};

function edit(name: string, change: (json: Record<string, never>, place: Place) => unknown): Hostile {
  return (place) => {
    const json = JSON.parse(readFileSync(at(place, name), 'utf8'));
    writeFileSync(at(place, name), JSON.stringify(change(json, place)));
  };
}

function append(name: string, ...lines: readonly object[]): Hostile {
  return ({ dir }) => {
    const text = lines.map((line) => `${JSON.stringify({ t: Date.now(), ...line })}\n`).join('');
    writeFileSync(path.join(dir, name), readFileSync(path.join(dir, name), 'utf8') + text);
  };
}

/** Needs a keeper, so that watching it would start one. */
const orphaned = edit('status.json', (status, { victim }) => {
  const keeper = { ...victim.identity, pid: 2 ** 22 - 1, started: '1' };
  return { ...status, state: 'running', keeper };
});
const withoutEnd: Hostile = ({ dir }) => {
  const file = path.join(dir, 'events.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !line.includes('"end"')).join('\n'));
};

/** A keeper would have work at once: to judge the last checkpoint. */
const waiting: Hostile = (place) => {
  orphaned(place);
  withoutEnd(place);
  const file = at(place, 'validation.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !line.includes('"epoch":50,')).join('\n'));
};

const atWork = (change: Hostile): Hostile => {
  return (place) => {
    waiting(place);
    change(place);
  };
};

const evil = ({ repo }: Place): string => path.join(repo, 'evil.sh');

function program(change: (place: Place) => object): Hostile {
  return (place) => {
    edit('run.json', (run: Record<string, never>) => {
      const { experiment } = run as unknown as { experiment: { resolved: object } };
      const { python, follows, resolved, ...rest } = change(place) as Record<string, object>;
      const next = { ...experiment, resolved: { ...experiment.resolved, ...resolved } };
      return { ...run, ...rest, experiment: next, ...(python && { python }), ...(follows && { follows }) };
    })(place);
    waiting(place);
    replace(at(place, 'checkpoints/epoch-0050/model.pt'), (file) => writeFileSync(file, 'pickle'));
    rmSync(at(place, 'checkpoints/epoch-0050/model.onnx'), { force: true });
  };
}

const commandOf = (run: readonly string[]) => {
  const { draft } = parseExperiment('trainer: command\ncommand: {run: [x]}\nmodel: x\ndata: x\nepochs: 1\n', {
    file: 'x',
  });
  return { trainer: 'command', command: { ...draft.command, run } };
};

const ACTS =
  '\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u0007\u001b[2J\rcompleted: all is well\n\u202egnp.exe\u009b2J';
const COMMAND_LINK = 'NaN [look](command:workbench.action.terminal.new)';

const text = (message: string): Hostile => {
  return (place) => {
    append('keeper.jsonl', { type: 'alert', rule: 'x', severity: 'error', message, numbers: {} })(place);
    append('events.jsonl', { type: 'log', level: 'error', message })(place);
    edit('status.json', (s) => ({
      ...s,
      reason: message,
      keeper: { ...(s.keeper as object), host: message },
    }))(place);
    edit('meta.json', (meta) => ({ ...meta, title: message, notes: message }))(place);
  };
};

const named = (kind: string, names: readonly string[], make: (name: string) => Hostile) =>
  names.map((name): [string, Hostile] => [
    `${kind}-${name.replace(/[^a-z0-9]+/gi, '-').replace(/^-/, '')}`,
    make(name),
  ]);

export const CASES: readonly (readonly [string, Hostile])[] = [
  ...named('link', [...FILES, ...LOGS, ...OTHERS], (name) => atWork(link(name, canary))),
  ...named('nowhere', ['keeper.jsonl', 'validation.jsonl', 'stdout.log', 'keeper.1.released'], (name) =>
    link(name, ({ outside }) => path.join(outside, 'created')),
  ),
  ...named('folderlink', FOLDERS, (name) =>
    atWork(link(name, ({ outside }) => path.join(outside, 'checkpoint'))),
  ),
  ...named('socket', ['run.json', 'status.json', 'events.jsonl', 'keeper.1.lock'], socket),
  ...named(
    'second-name',
    ['meta.json', 'status.json', 'events.jsonl', 'keeper.jsonl', 'stdout.log'],
    (name) => atWork(secondName(name)),
  ),
  ...named('pipe', [...FILES, 'events.jsonl', 'keeper.jsonl', 'validation.jsonl', 'keeper.1.lock'], fifo),
  ...named('zero', [...FILES, 'events.jsonl', 'keeper.jsonl', 'keeper.1.lock'], (name) =>
    link(name, () => '/dev/zero'),
  ),
  ...named('huge', [...FILES, 'keeper.1.lock'], huge),
  ...named('sparse', ['events.jsonl', 'keeper.jsonl', 'validation.jsonl'], sparse),
  ...named('folder', ['run.json', 'status.json', 'events.jsonl', 'signature.json'], folder),
  [
    'every-pid',
    (place) => {
      for (let pid = 1; pid < 2000; pid++)
        for (const name of [`.events.cache.${pid}.tmp`, `status.json.${pid}.0.tmp`])
          symlinkSync(path.join(place.outside, '.profile'), at(place, name));
    },
  ],
  ['python-relative', program(() => ({ python: './evil.sh', resolved: { trainer: 'ultralytics' } }))],
  ['python-absolute', program((place) => ({ python: evil(place), resolved: { trainer: 'ultralytics' } }))],
  [
    'python-of-system',
    program(({ repo }) => ({ python: PYTHON, cwd: repo, resolved: { trainer: 'ultralytics' } })),
  ],
  ['python-of-path', program(({ repo }) => ({ cwd: repo, resolved: { trainer: 'ultralytics' } }))],
  ['command', program((place) => ({ resolved: commandOf([evil(place), '{run_dir}']) }))],
  ['command-relative', program(({ repo }) => ({ cwd: repo, resolved: commandOf(['./evil.sh']) }))],
  [
    'followed',
    program(({ repo }) => ({
      cwd: repo,
      follows: { folder: repo, reads: 'csv', metrics: {} },
      resolved: commandOf(['x']),
    })),
  ],
  [
    'followed-into-a-link',
    (place) => {
      const theirs = path.join(place.repo, 'theirs');
      replace(path.join(theirs, 'weights/last.pt'), (file) =>
        writeFileSync(file, zipOf({ 'last/data.pkl': Buffer.from('pickle') })),
      );
      replace(path.join(theirs, 'results.csv'), (file) => writeFileSync(file, 'epoch,time\n1,1\n2,2\n'));
      program(() => ({ follows: { folder: theirs, reads: 'csv', metrics: {} }, resolved: commandOf(['x']) }))(
        place,
      );
      link('checkpoints', ({ outside }) => path.join(outside, 'checkpoint'))(place);
    },
  ],
  ['data-elsewhere', program(({ outside }) => ({ resolved: { data: path.join(outside, 'data.yaml') } }))],
  ['queued-behind-itself', program(({ dir }) => ({ after: dir }))],
  [
    'claims-a-process',
    (place) => {
      orphaned(place);
      const { identity } = place.victim;
      edit('status.json', (s) => ({ ...s, state: 'stopping', trainer: identity, validator: identity }))(
        place,
      );
    },
  ],
  [
    'claims-a-run',
    (place) => {
      orphaned(place);
      edit('run.json', (run) => ({ ...run, id: place.victim.run }))(place);
      edit('status.json', (s) => ({ ...s, state: 'stopping', trainer: place.victim.identity }))(place);
      withoutEnd(place);
    },
  ],
  [
    'claims-to-be-kept',
    (place) => writeFileSync(at(place, 'keeper.7.lock'), JSON.stringify(place.victim.identity)),
  ],
  ['signature-made-up', (place) => writeFileSync(at(place, 'signature.json'), '{"format":1,"marks":["00"]}')],
  ['text-acts', text(ACTS)],
  ['text-links', text(COMMAND_LINK)],
  ['text-is-markup', text('<img src=x onerror=alert(1)>{{7*7}} `x` $(error)')],
  [
    'names-are-formulas',
    append('events.jsonl', {
      type: 'step',
      step: 99_999,
      epoch: 50,
      lr: [0.1],
      loss: { '=HYPERLINK("x")': 1, 'a,b\n"': 2 },
    }),
  ],
  [
    'paths-lead-out',
    (place) => {
      for (const where of ['../../outside', place.outside, 'checkpoints/../../../outside'])
        append('events.jsonl', { type: 'checkpoint', path: where, epoch: 50, step: 9, bytes: 1 })(place);
      append('keeper.jsonl', { type: 'best', epoch: 50, map: 1, path: '../../../outside/checkpoint' })(place);
    },
  ],
  ['many-faults', edit('run.json', (run) => ({ ...run, set: Array(300_000).fill(['']) }))],
  ['torn', (place) => truncateSync(at(place, 'run.json'), 100)],
  ['deep', (place) => writeFileSync(at(place, 'status.json'), '['.repeat(100_000))],
];
