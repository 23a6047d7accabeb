import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { widenHalfs } from '../../domain/detection/half';
import type { SessionThread } from './session-thread';
import type { InputData, InputType, LoadedModel, RunRequest } from './thread-messages';

/** Output of one batch, widened to float32. */
export type ModelOutput = {
  readonly dims: readonly number[];
  readonly data: Float32Array;
  readonly ms: number;
  /** Absent if it is kept by the session's thread. */
  readonly input?: InputData;
};

export type SessionInput = Pick<RunRequest, 'data' | 'keptAs'>;

/** A loaded model whose first input takes images and whose first output holds detections. */
export type ModelSession = {
  readonly loaded: LoadedModel;
  readonly inputType: InputType;
  /** `data` absent: what an earlier run kept under that name. */
  run(input: SessionInput, dims: readonly number[]): Promise<ModelOutput>;
  release(): Promise<void>;
};

export function modelSession(thread: SessionThread, session: number, loaded: LoadedModel): ModelSession {
  const inputType = inputTypeOf(loaded);
  return {
    loaded,
    inputType,
    run: async (input, dims) => {
      const { data, ...rest } = await thread.run({ session, type: inputType, dims, ...input });
      return { ...rest, data: widened(data) };
    },
    release: () => thread.release(session),
  };
}

function inputTypeOf({ inputs }: LoadedModel): InputType {
  const type = inputs[0]?.type;
  if (type === 'float32' || type === 'float16' || type === 'uint8') return type;
  throw new WordedError(
    type === undefined
      ? words('it has no input; expected images as float32, float16 or uint8')
      : words('its input is {0}; expected images as float32, float16 or uint8', type),
  );
}

/** Float16 comes as bits, or as a Float16Array if the runtime has one. */
function widened(data: ArrayBufferView<ArrayBuffer>): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) return widenHalfs(data);
  return Float32Array.from(data as unknown as ArrayLike<number>);
}
