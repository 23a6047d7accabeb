import { isMainThread } from 'node:worker_threads';
import { serveParent } from './server';
import { serveSessions } from './session/thread-worker';

// One bundle, two roles: the process that the parent talks to, and the thread in it that owns the native sessions.
if (isMainThread) serveParent(__filename);
else serveSessions();
