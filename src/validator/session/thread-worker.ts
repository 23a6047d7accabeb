import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { oneAtATime } from '../../base/async';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { Transferred } from '../../protocol/channel';
import { channelToHost } from '../../protocol/node/transports';
import type {
  ForgetRequest,
  InputData,
  LoadedModel,
  LoadModelRequest,
  ReleaseRequest,
  RunRequest,
  RunResult,
  TensorShape,
} from './thread-messages';

const sessions = new Map<number, InferenceSession>();
/** Inputs that stay, by set and batch. */
const kept = new Map<number, Map<number, Tensor>>();

/** Answers requests in their order; a session runs nothing else meanwhile. */
export function serveSessions(): void {
  // Errors come as exceptions; what onnxruntime also prints would only hide the message of a real crash.
  env.logLevel = 'fatal';
  const inTurn = oneAtATime();
  // The other side is the same build: its requests are not checked again.
  channelToHost({
    handlers: {
      load: (request) => inTurn(() => load(request as LoadModelRequest)),
      run: (request) => inTurn(() => run(request as RunRequest)),
      release: (request) => inTurn(() => release(request as ReleaseRequest)),
      forget: (request) => inTurn(async () => forget(request as ForgetRequest)),
    },
  });
}

async function release({ session }: ReleaseRequest): Promise<void> {
  const released = sessions.get(session);
  sessions.delete(session);
  await released?.release();
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

/** A `RunResult`; output and input go back without a copy. */
async function run(request: RunRequest): Promise<Transferred> {
  const { session, data, keptAs } = request;
  const model = sessions.get(session);
  if (!model) throw new WordedError(words('the session was released'));
  const [input] = model.inputNames;
  const [output] = model.outputNames;
  const feeds = { [input]: inputOf(request) };
  const start = performance.now();
  // Other outputs (masks) are not fetched.
  const results = await model.run(feeds, [output]);
  const ms = performance.now() - start;
  const result = results[output];
  const view = result.data as unknown as ArrayBufferView<ArrayBuffer>;
  const back = keptAs ? undefined : data;
  const value: RunResult = {
    dims: result.dims,
    type: result.type,
    data: view,
    ms,
    ...(back && { input: back }),
  };
  return new Transferred(value, [view.buffer, ...(back ? [back.buffer as ArrayBuffer] : [])]);
}

function inputOf({ type, dims, data, keptAs }: RunRequest): Tensor {
  if (!keptAs) return tensorOf(type, data ?? new Float32Array(0), dims);
  const set = kept.get(keptAs.set) ?? new Map<number, Tensor>();
  kept.set(keptAs.set, set);
  const tensor = data ? tensorOf(type, data, dims) : set.get(keptAs.batch);
  if (!tensor) throw new WordedError(words('a batch of the val set is gone'));
  set.set(keptAs.batch, tensor);
  return tensor;
}

function forget({ set }: ForgetRequest): void {
  kept.delete(set);
}

/** Float16 data is passed as its bits; a Node that has Float16Array wants a view of that type. */
function tensorOf(type: RunRequest['type'], data: InputData, dims: readonly number[]): Tensor {
  if (type !== 'float16') return new Tensor(type, data, dims);
  const half = (
    globalThis as { Float16Array?: new (b: ArrayBufferLike, o: number, n: number) => Uint16Array }
  ).Float16Array;
  return new Tensor('float16', half ? new half(data.buffer, data.byteOffset, data.length) : data, dims);
}
