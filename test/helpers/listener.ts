import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Heard = { readonly url: string; readonly body: Readonly<Record<string, unknown>> };

export type Listener = {
  readonly heard: readonly Heard[];
  readonly port: number;
  readonly host: string;
  close(): void;
};

/** A real server on this machine that takes JSON and answers the n-th request as `answer` says. */
export async function listen(
  answer: (n: number, response: http.ServerResponse) => void = (_, response) => response.end(),
): Promise<Listener> {
  const heard: Heard[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({ url: request.url ?? '', body: JSON.parse(Buffer.concat(parts).toString('utf8')) });
      answer(heard.length, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { heard, port, host: `127.0.0.1:${port}`, close };
}
