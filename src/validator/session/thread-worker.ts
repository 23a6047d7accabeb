import { parentPort } from 'node:worker_threads';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { toError } from '../../base/async';
import type {
  LoadedModel,
  LoadModelRequest,
  Numbered,
  RunRequest,
  RunResult,
  TensorShape,
  ThreadAnswer,
  ThreadRequest,
} from './thread-messages';

const sessions = new Map<number, InferenceSession>();

/** Answers requests in their order; a session runs nothing else meanwhile. */
export function serveSessions(): void {
  // Errors come as exceptions; what onnxruntime also prints would only hide the message of a real crash.
  env.logLevel = 'fatal';
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', ({ id, request }: Numbered) => {
    last = last.then(() => answer(id, request));
  });
}

async function answer(id: number, request: ThreadRequest): Promise<void> {
  try {
    const value = await handle(request);
    post({ id, ok: true, value }, buffersOf(request, value));
  } catch (error) {
    post({ id, ok: false, message: toError(error).message }, []);
  }
}

function post(message: ThreadAnswer, transfer: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(message, [...transfer]);
}

/** Output and input go back without a copy. */
function buffersOf(request: ThreadRequest, value: unknown): ArrayBuffer[] {
  if (request.kind !== 'run') return [];
  const { data, input } = value as RunResult;
  return [data.buffer, input.buffer as ArrayBuffer];
}

async function handle(request: ThreadRequest): Promise<unknown> {
  if (request.kind === 'load') return load(request);
  if (request.kind === 'run') return run(request);
  const session = sessions.get(request.session);
  sessions.delete(request.session);
  return session?.release();
}

async function load({ session, model, options }: LoadModelRequest): Promise<LoadedModel> {
  // Two overloads, one for a path and one for bytes.
  const created =
    typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  sessions.set(session, created);
  return { inputs: shapesOf(created.inputMetadata), outputs: shapesOf(created.outputMetadata) };
}

function shapesOf(metadata: readonly InferenceSession.ValueMetadata[]): TensorShape[] {
  return metadata.map((m) => ({
    name: m.name,
    type: m.isTensor ? m.type : 'none',
    shape: m.isTensor ? [...m.shape] : [],
  }));
}

async function run({ session, type, dims, data }: RunRequest): Promise<RunResult> {
  const model = sessions.get(session);
  if (!model) throw new Error('the session was released');
  const [input] = model.inputNames;
  const [output] = model.outputNames;
  const feeds = { [input]: tensorOf(type, data, dims) };
  const start = performance.now();
  // Other outputs (masks) are not fetched.
  const results = await model.run(feeds, [output]);
  const ms = performance.now() - start;
  const result = results[output];
  const view = result.data as unknown as ArrayBufferView<ArrayBuffer>;
  return { dims: result.dims, type: result.type, data: view, ms, input: data };
}

/** Float16 data is passed as its bits; a Node that has Float16Array wants a view of that type. */
function tensorOf(type: RunRequest['type'], data: RunRequest['data'], dims: readonly number[]): Tensor {
  if (type !== 'float16') return new Tensor(type, data, dims);
  const half = (
    globalThis as { Float16Array?: new (b: ArrayBufferLike, o: number, n: number) => Uint16Array }
  ).Float16Array;
  return new Tensor('float16', half ? new half(data.buffer, data.byteOffset, data.length) : data, dims);
}
