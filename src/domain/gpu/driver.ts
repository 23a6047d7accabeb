export type NvidiaDriver = {
  readonly version: string;
  /** The newest CUDA that it runs. */
  readonly cuda?: string;
};

/** Head of what `nvidia-smi` prints; its latest versions name the parts of the driver. Undefined if there is none. */
export function parseDriver(text: string): NvidiaDriver | undefined {
  const version = /(?:Driver|KMD) Version\s*:\s*(\d[\d.]*)/.exec(text)?.[1];
  const cuda = /CUDA (?:UMD )?Version\s*:\s*(\d[\d.]*)/.exec(text)?.[1];
  return version === undefined ? undefined : { version, ...(cuda !== undefined && { cuda }) };
}
