// What each line of CUDA brings. onnxruntime publishes a provider for either: that of 12 as onnxruntime-node names it, that of
// 13 in the Python package onnxruntime-gpu (its extras name the packages below).

export type CudaLine = 12 | 13;

export type CudaLibrary = {
  /** As the loader is asked for it. */
  readonly file: string;
  /** What pip installs it from. */
  readonly requirement: string;
};

/** Libraries of NVIDIA that a provider of that line loads, but for the driver's own. */
export const CUDA_LIBRARIES: Readonly<Record<CudaLine, readonly CudaLibrary[]>> = {
  12: [
    { file: 'libcudart.so.12', requirement: 'nvidia-cuda-runtime-cu12~=12.0' },
    { file: 'libcublasLt.so.12', requirement: 'nvidia-cublas-cu12~=12.0' },
    { file: 'libcublas.so.12', requirement: 'nvidia-cublas-cu12~=12.0' },
    { file: 'libcufft.so.11', requirement: 'nvidia-cufft-cu12~=11.0' },
    { file: 'libcurand.so.10', requirement: 'nvidia-curand-cu12~=10.0' },
    { file: 'libnvrtc.so.12', requirement: 'nvidia-cuda-nvrtc-cu12~=12.0' },
    { file: 'libcudnn.so.9', requirement: 'nvidia-cudnn-cu12~=9.0' },
  ],
  13: [
    { file: 'libcudart.so.13', requirement: 'nvidia-cuda-runtime~=13.0' },
    { file: 'libcublasLt.so.13', requirement: 'nvidia-cublas~=13.0' },
    { file: 'libcublas.so.13', requirement: 'nvidia-cublas~=13.0' },
    { file: 'libcufft.so.12', requirement: 'nvidia-cufft~=12.0' },
    { file: 'libcurand.so.10', requirement: 'nvidia-curand~=10.0' },
    { file: 'libnvrtc.so.13', requirement: 'nvidia-cuda-nvrtc~=13.0' },
    { file: 'libcudnn.so.9', requirement: 'nvidia-cudnn-cu13~=9.0' },
  ],
};

/** What pip must install for these libraries, each once. */
export const requirementsOf = (libraries: readonly CudaLibrary[]): string[] => [
  ...new Set(libraries.map(({ requirement }) => requirement)),
];

export type LineFacts = {
  /** As a person named it. */
  readonly asked?: string | undefined;
  /** `torch.version.cuda` of the environment: null if its torch has none, undefined without torch. */
  readonly torch: string | null | undefined;
  /** The newest CUDA that the driver runs, as nvidia-smi prints it. */
  readonly driver: string | undefined;
};

export type LineChoice =
  | { readonly kind: 'line'; readonly line: CudaLine; readonly why: string }
  | { readonly kind: 'none'; readonly why: string };

const NAME_IT = 'name one with --cuda 12 or --cuda 13 to install it nevertheless';

/** The line that a person named, else that of torch, which brings its libraries, else the newest that the driver runs. */
export function chooseLine({ asked, torch, driver }: LineFacts): LineChoice {
  if (asked !== undefined) return lineOf(asked, 'asked for') ?? none(`--cuda ${asked}: expected 12 or 13`);
  if (torch) {
    const why = `torch is built for CUDA ${torch}`;
    return lineOf(torch, why) ?? none(`${why}; onnxruntime has providers for 12 and 13; ${NAME_IT}`);
  }
  if (driver !== undefined) {
    const why = `the driver runs CUDA up to ${driver}`;
    const newest = String(Math.min(13, Math.trunc(Number.parseFloat(driver))));
    return lineOf(newest, why) ?? none(`${why}; onnxruntime has providers for 12 and 13`);
  }
  const missing = torch === null ? 'torch is built without CUDA' : 'no Python with torch was found';
  return none(`${missing}, and no NVIDIA driver, so that no CUDA line is known; ${NAME_IT}`);
}

const none = (why: string): LineChoice => ({ kind: 'none', why });

function lineOf(version: string, why: string): LineChoice | undefined {
  const match = /^(12|13)(\.|$)/.exec(version);
  return match ? { kind: 'line', line: match[1] === '12' ? 12 : 13, why } : undefined;
}
