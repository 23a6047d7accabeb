// What makes a recorded run sick beside its settings: another data set, a small disk, a machine without memory, a slow
// trainer, another Python. Linux; the disk and the memory need root.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const SHARED = path.resolve(import.meta.dirname, '../../../shared/data');

/**
 * The data sets in the work folder, with a config beside each: so few images that a run takes seconds. Copies, because
 * Ultralytics writes its cache beside labels.
 */
export function prepareData(work, init) {
  const example = path.join(work, 'example');
  if (!existsSync(path.join(example, 'data.yaml'))) init(example);
  const config = readFileSync(path.join(example, 'pcb.train.yaml'), 'utf8');
  const copy = (name, source, { train = 'train', val = 'val', images = 96, judged = 40 } = {}) => {
    const to = path.join(work, 'data', name);
    if (existsSync(to)) return to;
    for (const kind of ['images', 'labels']) {
      copyFiles(path.join(source, kind, train), path.join(to, kind, 'train'), images);
      copyFiles(path.join(source, kind, val), path.join(to, kind, 'val'), judged);
    }
    const names = readFileSync(path.join(source, 'data.yaml'), 'utf8').split(/^names:/m)[1];
    writeFileSync(
      path.join(to, 'data.yaml'),
      `path: ${to}\ntrain: images/train\nval: images/val\nnames:${names}`,
    );
    writeFileSync(path.join(to, 'pcb.train.yaml'), config);
    return to;
  };
  const bccd = path.join(SHARED, 'bccd');
  const all = {
    pcb: copy('pcb', example),
    bccd: copy('bccd', bccd),
    voc: copy('voc', path.join(SHARED, 'voc100'), { train: 'val' }),
    few: copy('few', bccd, { images: 24, judged: 24 }),
    // So few that a network learns them by heart within minutes.
    tiny: copy('tiny', bccd, { images: 8, judged: 24 }),
    wrong: copy('wrong', bccd),
  };
  giveWrongLabels(path.join(all.wrong, 'labels/train'));
  return all;
}

function copyFiles(from, to, few) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from).sort().slice(0, few))
    cpSync(path.join(from, file), path.join(to, file));
}

/** Numbers in [0, 1) that are the same each time: a linear congruence is random enough for boxes. */
function createPlain(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Boxes of no image: places and classes by chance, as many as there were. */
function giveWrongLabels(folder) {
  const next = createPlain(7);
  for (const file of readdirSync(folder).sort()) {
    const rows = readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean);
    const wrong = rows.map(
      () =>
        `${Math.floor(next() * 3)} ${[0, 0].map(() => (0.1 + 0.8 * next()).toFixed(4)).join(' ')} .08 .08`,
    );
    writeFileSync(path.join(folder, file), `${wrong.join('\n')}\n`);
  }
}

const PYTHON = {
  // Someone's own code keeps the LR at a tenth of what was set: the step is made with it.
  frozen: `import sys
if any("pitwall_ultralytics" in a for a in sys.orig_argv):
    import torch
    step = torch.optim.SGD.step
    def frozen(self, *args, **kwargs):
        for group in self.param_groups:
            group["lr"] = 0.0003
        return step(self, *args, **kwargs)
    torch.optim.SGD.step = frozen
`,
  // A network drive that answers in a quarter of a second.
  slow: `import sys
if any("pitwall_ultralytics" in a for a in sys.orig_argv):
    import builtins, time
    import numpy
    fromfile = numpy.fromfile
    def slow(*args, **kwargs):
        time.sleep(0.25)
        return fromfile(*args, **kwargs)
    numpy.fromfile = slow
`,
  // There was no GPU to record on: what the runner asks of the card is answered for one of 8 GB whose memory fills up.
  card: `import sys
if any("pitwall_ultralytics" in a for a in sys.orig_argv):
    import torch
    begin = torch.optim.Optimizer.__init__
    used = [4 * 2**30]
    def size(self):
        return {"deviceBytes": 8 * 2**30}
    def memory(self):
        used[0] = min(int(7.8 * 2**30), used[0] + 64 * 2**20)
        return {"gpuBytes": used[0]}
    def begun(self, *args, **kwargs):
        runner = sys.modules["pitwall_ultralytics.session"].Session
        runner._gpu_size, runner._gpu_memory = size, memory
        return begin(self, *args, **kwargs)
    torch.optim.Optimizer.__init__ = begun
`,
};

/** Environment of the process that starts the run, and of whatever it starts. */
export function environmentOf(kase, work) {
  const { python, memory } = kase.trouble ?? {};
  if (python !== undefined) {
    const folder = path.join(work, `python-${python}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'sitecustomize.py'), PYTHON[python]);
    return { prefix: [], env: { PYTHONPATH: folder } };
  }
  return memory ? withLittleMemory(work) : { prefix: [], env: {} };
}

/** A process of its own view of /proc: what the machine says that it has left is a file that `fillMemory` writes. */
function withLittleMemory(work) {
  const file = memoryFile(work);
  cpSync('/proc/meminfo', file);
  const mounted = `mount --bind ${file} /proc/meminfo && exec "$0" "$@"`;
  return { command: 'unshare', prefix: ['-m', 'sh', '-c', mounted, process.execPath], env: {} };
}

export const memoryFile = (work) => path.join(work, 'meminfo');

/** So much of the memory is available from now on. In place: the file is mounted. */
export function fillMemory(work, share) {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const total = Number(/MemTotal:\s+(\d+)/.exec(text)[1]);
  const available = `MemAvailable:   ${Math.round(total * share)} kB`;
  writeFileSync(memoryFile(work), text.replace(/MemAvailable:\s+\d+ kB/, available));
}

/** What the machine had left: the fields of the product's own sample. */
export function machineSample(folder, meminfo = '/proc/meminfo') {
  const { bsize, bavail, blocks } = statfsSync(folder);
  const text = readFileSync(meminfo, 'utf8');
  const of = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)?.[1]) * 1024;
  return {
    t: Date.now(),
    disk: { free: bavail * bsize, total: blocks * bsize },
    memory: { free: of('MemAvailable'), total: of('MemTotal') },
  };
}

/** The place for the run's folder: on a disk of so many MB, if the case asks for one. */
export function placeOf(work, kase) {
  const runs = path.join(work, 'runs');
  const { disk } = kase.trouble ?? {};
  if (disk === undefined) return { runs, remove: () => undefined };
  const small = path.join(work, `disk-${kase.name}`);
  mkdirSync(small, { recursive: true });
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${disk}m`, 'tmpfs', small], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const remove = () => {
    spawnSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  };
  return { runs: path.join(small, 'runs'), remove };
}

/** Another program takes the CPU: a process stands still for four fifths of the time. Answers how to end that. */
export function makeSlow(folder, role) {
  const { [role]: slowed } = JSON.parse(readFileSync(path.join(folder, 'status.json'), 'utf8'));
  if (slowed === undefined) return undefined;
  let stopped = false;
  const signal = (name) => {
    try {
      process.kill(slowed.pid, name);
    } catch {
      clearInterval(timer);
    }
  };
  let tick = 0;
  const timer = setInterval(() => {
    const wish = tick++ % 5 !== 0;
    if (wish !== stopped) signal(wish ? 'SIGSTOP' : 'SIGCONT');
    stopped = wish;
  }, 50);
  return () => {
    clearInterval(timer);
    if (stopped) signal('SIGCONT');
  };
}
