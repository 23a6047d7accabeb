import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../helpers/shared';

const hasPython = process.platform !== 'win32' && spawnSync('python3', ['--version']).status === 0;
if (!hasPython)
  console.warn('SKIPPED: python3 is not installed: the runner does not open files through links');

let root: string;
let run: string;
let outside: string;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-runner-'));
  run = path.join(root, 'run');
  outside = path.join(root, 'outside');
  for (const folder of [path.join(run, 'trainer/weights'), outside]) mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(outside, 'secret'), 'secret\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What a statement of Python prints, with the runner's modules at hand; `run` and `outside` are paths. */
function python(statement: string): string {
  const lines = [
    'import pathlib, sys',
    'from pitwall_ultralytics import checkpoints, control, events, exporter',
    'run, outside = (pathlib.Path(a) for a in sys.argv[1:])',
    'try:',
    `    print(${statement})`,
    'except OSError as error: print("refused:", error)',
  ];
  const cwd = path.join(repositoryRoot, 'src/trainers/ultralytics');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  return execFileSync('python3', ['-c', lines.join('\n'), run, outside], { cwd, env, encoding: 'utf8' });
}

const PUBLISH = 'checkpoints.publish(run, run / "trainer/weights/last.pt", {"epoch": 1, "step": 3})["path"]';

describe.skipIf(!hasPython)('the runner of Ultralytics', () => {
  it('copies a checkpoint, and none that is a link or is behind one', () => {
    const last = path.join(run, 'trainer/weights/last.pt');
    writeFileSync(last, 'weights');
    expect(python(PUBLISH)).toBe('checkpoints/epoch-0001\n');
    expect(readFileSync(path.join(run, 'checkpoints/epoch-0001/model.pt'), 'utf8')).toBe('weights');
    rmSync(last);
    symlinkSync(path.join(outside, 'secret'), last);
    expect(python(PUBLISH)).toMatch(/^refused: /);
    rmSync(path.join(run, 'trainer/weights'), { recursive: true });
    symlinkSync(outside, path.join(run, 'trainer/weights'));
    writeFileSync(path.join(outside, 'last.pt'), 'weights');
    expect(python(PUBLISH)).toMatch(/^refused: .*weights: is a link/);
  });

  it('writes and removes nothing if checkpoints is a link', () => {
    writeFileSync(path.join(run, 'trainer/weights/last.pt'), 'weights');
    mkdirSync(path.join(outside, 'epoch-0001'));
    symlinkSync(outside, path.join(run, 'checkpoints'));
    expect(python(PUBLISH)).toMatch(/^refused: .*checkpoints: is a link/);
    expect(readdirSync(outside).sort()).toEqual(['epoch-0001', 'secret']);
  });

  it('neither appends events to what a link leads to nor waits for a pipe', () => {
    symlinkSync(path.join(outside, 'secret'), path.join(run, 'events.jsonl'));
    expect(python('events.EventLog(run / "events.jsonl")')).toMatch(/^refused: /);
    expect(python('list(events.read_events(run))')).toMatch(/^refused: /);
    rmSync(path.join(run, 'events.jsonl'));
    execFileSync('mkfifo', [path.join(run, 'events.jsonl')]);
    expect(python('events.last_event(run / "events.jsonl")')).toMatch(
      /^refused: .*a regular file was expected/,
    );
    expect(readFileSync(path.join(outside, 'secret'), 'utf8')).toBe('secret\n');
  });

  it('goes on with the line that a killed writer left', () => {
    writeFileSync(path.join(run, 'events.jsonl'), '{"type":"a"}\n{"ty');
    expect(python('events.EventLog(run / "events.jsonl").write("end")')).toBe('None\n');
    expect(readFileSync(path.join(run, 'events.jsonl'), 'utf8')).toMatch(
      /^\{"type":"a"\}\n\{"ty\n\{"type":"end"/,
    );
    expect(python('events.last_event(run / "events.jsonl")["type"]')).toBe('end\n');
  });

  it('knows the newest checkpoint that was never announced, and drops what a rewind goes back to before', () => {
    writeFileSync(path.join(run, 'trainer/weights/last.pt'), 'weights');
    for (const epoch of [1, 2])
      python(
        `checkpoints.publish(run, run / "trainer/weights/last.pt", {"epoch": ${epoch}, "step": ${3 * epoch}})`,
      );
    const of = (line: object): string => `${JSON.stringify(line)}\n`;
    const file = path.join(run, 'events.jsonl');
    const [hello, first] = [
      { type: 'hello', fromStep: 0 },
      { type: 'checkpoint', epoch: 1, step: 3 },
    ];
    writeFileSync(file, of(hello) + of(first));
    const left = 'checkpoints.unannounced(run, events.announced(run))';
    expect(python(`[${left}[k] for k in ("path", "epoch", "step")]`)).toBe(
      "['checkpoints/epoch-0002', 2, 6]\n",
    );
    writeFileSync(file, of(hello) + of(first) + of({ type: 'checkpoint', epoch: 2, step: 6 }));
    expect(python(left)).toBe('None\n');
    // An attempt that began again before it has dropped the announcement.
    writeFileSync(file, `${readFileSync(file, 'utf8')}${of({ type: 'hello', fromStep: 4 })}`);
    expect(python(`${left}["epoch"]`)).toBe('2\n');
    expect(python('checkpoints.drop_after(run, 1)')).toBe("['epoch-0002']\n");
    expect(readdirSync(path.join(run, 'checkpoints'))).toEqual(['epoch-0001']);
  });

  it('takes no link for a request, and exports none', () => {
    mkdirSync(path.join(run, 'control/trainer'), { recursive: true });
    writeFileSync(path.join(outside, 'stop.json'), '{"request":{"type":"stop"}}');
    symlinkSync(path.join(outside, 'stop.json'), path.join(run, 'control/trainer/1.json'));
    expect(python('control.ControlFolder(run, 1).take()')).toBe("[('1', None, None)]\n");
    symlinkSync(path.join(outside, 'secret'), path.join(run, 'model.pt'));
    expect(python('exporter.link_or_copy(run / "model.pt", run / "copy.pt")')).toMatch(/^refused: /);
    expect(existsSync(path.join(run, 'copy.pt'))).toBe(false);
  });
});
