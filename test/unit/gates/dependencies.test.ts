import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

type Locked = { readonly integrity?: string; readonly link?: boolean; readonly resolved?: string };

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

describe('dependencies', () => {
  it('are each locked by the digest of their content, and come from a registry', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
    const locked = Object.entries(packages).filter(([name, { link }]) => name !== '' && !link);
    expect(locked.length).toBeGreaterThan(100);
    const loose = locked.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==/.test(integrity));
    expect(loose.map(([name]) => name)).toEqual([]);
    const elsewhere = locked.filter(([, { resolved = 'https:' }]) => !resolved.startsWith('https:'));
    expect(elsewhere.map(([name]) => name)).toEqual([]);
  });

  it('run no scripts when they are installed, and are audited', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
    expect(read('.ci/run')).toMatch(/^\s*npm audit|\$\(npm audit/m);
  });
});
