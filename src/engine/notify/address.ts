import { BlockList, isIP } from 'node:net';

// A message goes to an address that its reader wrote. The name server decides what its name resolves to, so every address
// is judged when the connection is made.

const lists = {
  /** Link-local, metadata services of clouds, unspecified and multicast: never a receiver. */
  never: listOf(
    ['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '224.0.0.0/4', '240.0.0.0/4'],
    // Alibaba's and Oracle's metadata, AWS's over IPv6, and IPv4 in disguise (NAT64, 6to4).
    ['100.100.100.200/32', '192.0.0.192/32'],
    ['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128', '64:ff9b::/96', '2002::/16'],
  ),
  /** This machine and the networks around it. */
  near: listOf(
    ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
    ['::1/128', 'fc00::/7'],
  ),
};

export type Nearness = 'public' | 'near' | 'never';

/** An address that is none of any known kind is `never`. */
export function nearnessOf(address: string): Nearness {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? mappedHex(plain) ?? plain;
  const family = isIP(mapped);
  if (family === 0) return 'never';
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (lists.never.check(mapped, type)) return 'never';
  return lists.near.check(mapped, type) ? 'near' : 'public';
}

/** The host is an address itself, or the name of this very machine: who wrote it meant it. */
export function isWrittenNear(host: string): boolean {
  return host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

/** `::ffff:7f00:1`, as URLs write it. */
function mappedHex(address: string): string | undefined {
  const found = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (!found) return undefined;
  const [high, low] = [found[1], found[2]].map((part) => Number.parseInt(part, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(...groups: readonly (readonly string[])[]): BlockList {
  const list = new BlockList();
  for (const range of groups.flat()) {
    const [net, bits] = range.split('/');
    list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
