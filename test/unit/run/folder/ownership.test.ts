import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAnothersFile, whyNotOurs } from '../../../../src/run/folder/ownership';

const isRoot = process.geteuid?.() === 0;
const STRANGER = 54_321;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-owner-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('a folder to act in', () => {
  it("is this user's, and no other user may write into it", async () => {
    expect(await whyNotOurs(dir)).toBeUndefined();
    chmodSync(dir, 0o775);
    expect(await whyNotOurs(dir)).toBeUndefined();
    chmodSync(dir, 0o777);
    expect(await whyNotOurs(dir)).toBe(`${dir} can be written by all users`);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.skipIf(!isRoot)("is not another user's", async () => {
    chownSync(dir, STRANGER, STRANGER);
    expect(await whyNotOurs(dir)).toBe(`${dir} belongs to another user (${STRANGER})`);
  });

  it.skipIf(!isRoot)("holds another user's file as such, unless all in it is theirs", () => {
    const file = path.join(dir, 'control', 'a.json');
    mkdirSync(path.dirname(file));
    writeFileSync(file, '{}');
    expect(isAnothersFile(file)).toBe(false);
    chownSync(file, STRANGER, STRANGER);
    expect(isAnothersFile(file)).toBe(true);
    chownSync(path.dirname(file), STRANGER, STRANGER);
    expect(isAnothersFile(file)).toBe(false);
  });
});
