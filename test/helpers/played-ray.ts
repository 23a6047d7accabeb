import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** The dashboard of Ray as Pitwall asks it, with the answers that Ray 2.60 gave; a real one is in test/scale. */
export type PlayedRay = {
  readonly address: string;
  /** Every request, as `POST /api/jobs/`. */
  readonly asked: readonly string[];
  /** The bodies of submissions. */
  readonly submitted: readonly SubmittedJob[];
  /** What `GET /api/jobs/` says of the n-th submission from now on. */
  says(n: number, fields: object): void;
  set(way: Way): void;
  /** Executes the n-th entrypoint as Ray does. */
  execute(n: number): ChildProcess;
  /** The process that Ray keeps the n-th job by dies: the job is ended, and Ray lists it as before until `says`. */
  lose(n: number): void;
  close(): void;
};

type SubmittedJob = { readonly submission_id: string; readonly entrypoint: string };

/**
 * waits: a job is listed as PENDING; begins: it is executed at once; loses: a submission is taken and not answered; fails: as Ray
 * answers an error of its own, which repeats what it was sent; foreign: another program has the port.
 */
type Way = 'waits' | 'begins' | 'loses' | 'fails' | 'foreign';

const WAITING = {
  status: 'PENDING',
  message:
    'Job has not started yet. It may be waiting for resources (CPUs, GPUs, memory, custom resources) to become available.',
};
const NODES = { data: { result: { result: [{ state: 'ALIVE', resources_total: { CPU: 4, GPU: 2 } }] } } };

type Answer = { readonly status: number; readonly text: string } | 'none';

const json = (value: unknown): Answer => ({ status: 200, text: JSON.stringify(value) });

class Cluster {
  readonly submitted: SubmittedJob[] = [];
  readonly states: object[] = [];
  readonly #jobs: ChildProcess[] = [];
  readonly #lost = new Set<number>();
  way: Way = 'waits';

  execute(n: number): ChildProcess {
    const line = this.submitted[n]?.entrypoint ?? 'false';
    const child = spawn('sh', ['-c', line], { detached: true, stdio: 'ignore', cwd: '/' });
    this.states[n] = { status: 'RUNNING', driver_agent_http_address: 'http://10.0.0.7:52365' };
    this.#jobs[n] = child;
    child.once('exit', (code) => {
      if (this.#lost.has(n)) return;
      this.states[n] = code === 0 ? { status: 'SUCCEEDED' } : { status: 'FAILED', driver_exit_code: code };
    });
    return child;
  }

  lose(n: number): void {
    const pid = this.#jobs[n]?.pid;
    if (pid === undefined) throw new Error(`job ${n} has not begun`);
    this.#lost.add(n);
    process.kill(-pid, 'SIGTERM');
  }

  answer(route: string, text: string): Answer {
    if (route === 'POST /api/jobs/') return this.#submit(JSON.parse(text));
    if (route === 'GET /api/version') return json({ version: '4', ray_version: '2.60.0' });
    if (route.startsWith('GET /api/v0/nodes')) return json(NODES);
    if (route === 'GET /api/jobs/') return json(this.submitted.map((_, n) => this.#listed(n)));
    const n = this.submitted.findIndex(({ submission_id: id }) => route.includes(id));
    if (n === -1) return { status: 404, text: 'Job does not exist' };
    // Of one that waits Ray says so too, and goes on to list it as PENDING.
    return json(route.endsWith('/stop') ? { stopped: true } : this.#listed(n));
  }

  #listed(n: number): object {
    return { ...this.submitted[n], ...this.states[n] };
  }

  #submit(body: SubmittedJob): Answer {
    const { submission_id: id } = body;
    if (this.submitted.some((one) => one.submission_id === id))
      return { status: 500, text: `Traceback\nValueError: Job with submission_id ${id} already exists.` };
    this.states[this.submitted.push(body) - 1] = WAITING;
    if (this.way === 'begins') this.execute(this.submitted.length - 1);
    return this.way === 'loses' ? 'none' : json({ job_id: id, submission_id: id });
  }
}

/** Before a request is looked at. */
function refusal({ headers }: http.IncomingMessage, way: Way, token: string): Answer | undefined {
  if (way === 'foreign') return { status: 200, text: '<html>' };
  if (way === 'fails')
    return {
      status: 500,
      text: `Traceback (most recent call last):\nOSError: disk full, ${headers.authorization}`,
    };
  // As from a browser, whose pages may be anybody's.
  if ('sec-fetch-mode' in headers) return { status: 405, text: '' };
  if (headers.authorization === undefined) return { status: 401, text: '' };
  return headers.authorization === `Bearer ${token}` ? undefined : { status: 403, text: '' };
}

export async function playRay(token: string): Promise<PlayedRay> {
  const asked: string[] = [];
  const cluster = new Cluster();
  const server = http.createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`;
    asked.push(route);
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const answer = refusal(request, cluster.way, token) ?? cluster.answer(route, text);
    if (answer === 'none') response.destroy();
    else response.writeHead(answer.status).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    ...{ asked, submitted: cluster.submitted },
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    execute: (n) => cluster.execute(n),
    lose: (n) => cluster.lose(n),
    says: (n, fields) => {
      cluster.states[n] = fields;
    },
    set: (way) => {
      cluster.way = way;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
