import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { ImageReader, PictureReader, SmallPicture } from '../dataset/survey/image-reader';
import type { Size } from '../domain/detection/letterbox';
import type { Channel } from '../protocol/channel';
import { channelToChild } from '../protocol/node/transports';
import { nodeOf } from './process/run-environment';

export type ImageProcessOptions = {
  /** Folder of the bundles. */
  readonly installDir: string;
  /** Node to run it with; absent: this process's own. */
  readonly nodePath?: string;
};

/**
 * Passes a reader of images to `use`: a process of its own that starts with the first image and ends with `use`. If it
 * cannot start or dies (a package without natives, a crash of the decoder), images are unreadable and nothing else
 * breaks.
 */
export async function withImageReader<T>(
  options: ImageProcessOptions,
  use: (images: ImageReader & PictureReader) => Promise<T>,
): Promise<T> {
  let started: StartedProcess | undefined;
  const ask = (method: string, params: unknown): Promise<unknown> => {
    started ??= startProcess(options);
    return started.channel.request(method, params).catch(() => undefined);
  };
  try {
    return await use({
      size: (file) => ask('size', { file }) as Promise<Size | undefined>,
      picture: (file, side) => ask('picture', { file, side }) as Promise<SmallPicture | undefined>,
      thumbnail: (file, size) => ask('thumbnail', { file, ...size }) as Promise<Uint8Array | undefined>,
    });
  } finally {
    if (started?.child.connected) started.child.disconnect();
  }
}

type StartedProcess = { readonly child: ChildProcess; readonly channel: Channel };

function startProcess({ installDir, nodePath }: ImageProcessOptions): StartedProcess {
  const node = nodeOf(nodePath);
  const child = spawn(node.program, [path.join(installDir, 'image-worker.js')], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
    env: { ...process.env, ...node.env },
  });
  const channel = channelToChild(child);
  child.once('error', (error) => channel.close(error));
  child.once('exit', () => channel.close(new Error('the process that opens images has ended')));
  return { child, channel };
}
