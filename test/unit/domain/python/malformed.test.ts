import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { findSchedule } from '../../../../src/domain/python/find';
import type { PyNode } from '../../../../src/domain/python/node';
import type { PythonParser } from '../../../../src/extension/editor/python-parser';
import { realParser } from './parse';

const SNIPPET = `
import math
from torch.optim.lr_scheduler import LambdaLR as L, SequentialLR
cfg = {'lr': 0.1, **other}
a, (b, c) = 1, (2, *rest)
def build(opt, warm: int = 5, *args, total=100, **kw):
    def f(epoch):
        if epoch < warm and not kw:
            return (epoch + 1) / warm
        elif epoch > -3 ** 2: return math.cos(epoch) or 1
        else:
            for i in range(3): epoch += i
        return 1 if 0 < epoch <= total else f'{epoch}'
    return SequentialLR(opt, [L(opt, f), StepLR(opt, 3)], milestones=[warm])
s = build(SGD([{'params': p, 'lr': cfg['lr']}], lr=1e-1), 5, **{'total': 50})
param_scheduler = [dict(type='LinearLR', begin=0, end=500), dict(type='Nonsense')]
YOLO('yolov8n.pt').train(data='d.yaml', lr0=0.01, epochs=(3 + 4) * 2, imgsz=[x for x in [640]][0])
t = get_scheduler('cosine', opt, num_warmup_steps=10, num_training_steps=100)
`;

let parser: PythonParser;
beforeAll(async () => {
  parser = await realParser();
});
afterAll(() => parser.dispose());

const t = createTranslate();

/** Every node's place: all positions of the mouse pointer. */
function everywhere(root: PyNode): number {
  const places = new Set<number>();
  const collect = (node: PyNode): void => {
    places.add(node.start);
    for (const child of node.tokens) collect(child);
  };
  collect(root);
  return [...places].filter((place) => findSchedule(root, place, t) !== undefined).length;
}

describe('a text that is being typed', () => {
  it('never throws, whatever its prefix, at the place of the cursor', () => {
    let found = 0;
    for (let length = 0; length <= SNIPPET.length; length++) {
      const python = parser.open(SNIPPET.slice(0, length));
      if (findSchedule(python.root, Math.max(0, length - 1), t)) found += 1;
      python.dispose();
    }
    expect(found).toBeGreaterThan(5);
  });

  it('never throws, wherever the mouse is', () => {
    for (const cut of [0, 40, 200, 400, 600, 800]) {
      const python = parser.open(SNIPPET.slice(0, SNIPPET.length - cut));
      expect(everywhere(python.root)).toBeGreaterThanOrEqual(0);
      python.dispose();
    }
    const python = parser.open(SNIPPET);
    expect(everywhere(python.root)).toBeGreaterThan(30);
    python.dispose();
  });

  it('ends functions that call themselves and names that lead to themselves', () => {
    const text = `def f(x): return f(x)\ny = z\nz = y\ns = LambdaLR(opt, lambda e: f(e))\nStepLR(opt, y)\n`;
    const python = parser.open(text);
    const lambda = findSchedule(python.root, text.indexOf('LambdaLR'), t);
    expect(lambda?.notes).toContain(
      'lr_lambda cannot be evaluated from this file: a factor of 1 is assumed.',
    );
    const step = findSchedule(python.root, text.indexOf('StepLR') + 1, t);
    expect(step?.notes).toContain('step_size is not known: 30 is assumed.');
    python.dispose();
  });

  it('gives up a function that is too slow, and says from where on', () => {
    const text = `def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\ns = LambdaLR(opt, lambda e: 1 / (1 + fib(e)))\n`;
    const python = parser.open(text);
    const found = findSchedule(python.root, text.indexOf('LambdaLR'), t);
    const notes = found?.notes.filter((note) => note.startsWith('The function gives no number at count'));
    expect(notes).toHaveLength(1);
    if (found?.kind !== 'curve') throw new Error('no curve was found');
    const drawn = [0, 1, 9, 99].map((step) => found.schedule.lrAt(step, 0) / found.schedule.lrAt(0, 0));
    expect(drawn).toEqual([1, 0.5, expect.closeTo(1 / 35, 12), 1]);
    python.dispose();
  });

  it('stands text that is nested deeper than the stack', () => {
    const text = `x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\ns = StepLR(o, x)\n`;
    const python = parser.open(text);
    expect(findSchedule(python.root, 20_003, t)).toBeUndefined();
    expect(findSchedule(python.root, text.indexOf('StepLR'), t)?.kind).toBe('curve');
    python.dispose();
  });

  it('gives a tree that was changed in part what a new one has', () => {
    const before = 'n = 10\nopt = SGD(p, lr=0.1)\ns = CosineAnnealingLR(opt, n)\n';
    const after = before.replace('10', '25');
    const python = parser.open(before).change([{ offset: 4, removed: 2, text: '25' }], after);
    const found = findSchedule(python.root, after.indexOf('Cosine'), t);
    expect(found).toMatchObject({ kind: 'curve', schedule: { steps: 25 } });
    python.dispose();
  });
});
