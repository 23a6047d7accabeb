import { describe, expect, it } from 'vitest';
import { runLink, runOfLink } from '../../../../src/engine/runs/run-link';

const ID = '0b8f5a2e-3c1d-4a5b-8c7d-9e0f1a2b3c4d';
const runs = [
  { dir: '/ws/copied/pcb-1', own: false, run: { id: ID } },
  { dir: '/ws/runs/pcb-1', own: true, run: { id: ID } },
  { dir: '/ws/runs/odd', own: true, run: { id: 'a&b=c#d/../é' } },
];
const open = (path: string, query: string) => runOfLink({ path, query }, runs)?.dir;

describe('a link to a run', () => {
  it('opens the run it was made of; of two copies the own one', () => {
    for (const id of [ID, 'a&b=c#d/../é']) {
      const { pathname, search, host, protocol } = new URL(runLink('vscode', 'pitwall.pitwall', id));
      expect([protocol, host]).toEqual(['vscode:', 'pitwall.pitwall']);
      expect(open(pathname, search.slice(1))).toMatch(id === ID ? /runs\/pcb-1$/ : /odd$/);
    }
  });

  it.each([
    ['/run', ''],
    ['/run', 'id='],
    ['/run', `id=${ID}&id=${ID}`],
    ['/run', `id=${ID}&start=1`],
    ['/run', 'id=/etc/passwd'],
    ['/run', 'id=../../etc'],
    ['/run', `id=${encodeURIComponent('../runs/pcb-1')}`],
    ['/run', 'dir=/ws/runs/pcb-1'],
    ['/run', 'id=/ws/runs/pcb-1'],
    ['/run', 'id=__proto__'],
    ['/run', `id=${'x'.repeat(100_000)}`],
    ['/run', `id=${ID}%00`],
    ['/run', 'id=%'],
    ['/run/', `id=${ID}`],
    ['/run/../run', `id=${ID}`],
    ['/RUN', `id=${ID}`],
    ['//host/run', `id=${ID}`],
    ['/train', `id=${ID}`],
    ['', `id=${ID}`],
  ])('refuses %s?%s', (path, query) => {
    expect(open(path, query)).toBeUndefined();
  });
});
