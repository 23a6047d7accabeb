import { afterAll, beforeAll, expect } from 'vitest';
import { type Disposable, setDisposableTracker } from '../../src/base/disposable';

const living = new Map<Disposable, string>();

beforeAll(() => {
  living.clear();
  setDisposableTracker({
    onCreate: (d) => living.set(d, new Error('created here').stack ?? ''),
    onDispose: (d) => living.delete(d),
  });
});

afterAll(() => {
  setDisposableTracker(undefined);
  expect([...living.values()], 'disposables left undisposed').toEqual([]);
});
