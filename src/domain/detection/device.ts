import { type Words, words } from '../../base/words';

export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Providers that onnxruntime can have on a system at all, as Node names it. */
const BY_SYSTEM: Readonly<Record<string, readonly Provider[]>> = {
  linux: ['cpu', 'webgpu', 'cuda'],
  win32: ['cpu', 'webgpu', 'cuda', 'dml'],
  darwin: ['cpu', 'webgpu', 'coreml'],
};

export const providersOn = (system: string): readonly Provider[] => BY_SYSTEM[system] ?? PROVIDERS;

/** The device that a model runs on; `index` names one of several cards, for CUDA and DirectML. */
export type Device = { readonly provider: Provider; readonly index?: number };

const WRITTEN = /^(cpu|webgpu|cuda|dml|coreml)(?::(\d+))?$/;
const INDEXED: ReadonlySet<Provider> = new Set(['cuda', 'dml']);

/** Reads cpu | webgpu | cuda[:N] | dml[:N] | coreml; a sentence if it is none of these. The caller resolves `auto`. */
export function parseDevice(text: string): Device | Words {
  const match = WRITTEN.exec(text);
  if (!match)
    return words(
      'device "{0}" is not known: expected auto, cpu, webgpu, cuda, cuda:N, dml, dml:N or coreml',
      text,
    );
  const provider = match[1] as Provider;
  if (match[2] === undefined) return { provider };
  if (!INDEXED.has(provider))
    return words('{0} takes no index: onnxruntime cannot choose an adapter there', provider);
  return { provider, index: Number(match[2]) };
}

export function deviceName({ provider, index }: Device): string {
  return index === undefined ? provider : `${provider}:${index}`;
}
