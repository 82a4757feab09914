/** Where a host lies, as far as its name says: nothing is looked up. */
export type HostPlace = 'this computer' | 'own network' | 'elsewhere';

/** Ranges of IPv4 that no router of the internet passes on: network, length of its prefix, where they lie. */
const RANGES: readonly (readonly [network: string, bits: number, place: HostPlace])[] = [
  ['0.0.0.0', 8, 'this computer'],
  ['127.0.0.0', 8, 'this computer'],
  ['10.0.0.0', 8, 'own network'],
  ['100.64.0.0', 10, 'own network'],
  ['169.254.0.0', 16, 'own network'],
  ['172.16.0.0', 12, 'own network'],
  ['192.168.0.0', 16, 'own network'],
];

const numberOf = (dotted: string): number => dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function placeOfIpv4(address: number): HostPlace {
  const found = RANGES.find(
    ([network, bits]) => Math.floor(address / 2 ** (32 - bits)) === Math.floor(numberOf(network) / 2 ** (32 - bits)),
  );
  return found?.[2] ?? 'elsewhere';
}

/** The eight groups of an address as `URL` writes it: at most one "::", no dots. */
function groupsOf(address: string): number[] {
  const [head, tail] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const rest = tail ?? [];
  const gap = Array.from({ length: 8 - head.length - rest.length }, () => '0');
  return [...head, ...gap, ...rest].map((group) => parseInt(group, 16));
}

/** Before the IPv4 address that an IPv6 address carries: mapped, compatible, and translated (NAT64). */
const CARRIES_IPV4 = [
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0, 0],
  [0x64, 0xff9b, 0, 0, 0, 0],
];
const SIX_TO_FOUR = 0x2002;

function placeOfIpv6(address: string): HostPlace {
  const groups = groupsOf(address);
  const [first, second, third] = groups;
  const [high, low] = groups.slice(6);
  if (groups.slice(0, 7).every((group) => group === 0) && low <= 1) return 'this computer';
  if ((first & 0xfe00) === 0xfc00 || (first & 0xff80) === 0xfe80) return 'own network';
  if (first === SIX_TO_FOUR) return placeOfIpv4(second * 65_536 + third);
  const carries = CARRIES_IPV4.some((prefix) => prefix.every((group, i) => group === groups[i]));
  return carries ? placeOfIpv4(high * 65_536 + low) : 'elsewhere';
}

const OWN_COMPUTER = /^(?:.*\.)?localhost$/;
/** Names that only a network of one's own resolves; those without a dot are such, too. */
const OWN_NETWORK = /(?:^[^.]+|\.(?:local|internal|lan|home|corp|intranet|home\.arpa))$/;

/** @param hostname of a parsed `URL`, which has written numbers in any form as an address already */
export function placeOf(hostname: string): HostPlace {
  const name = hostname.replace(/\.$/, '');
  if (name.startsWith('[')) return placeOfIpv6(name.slice(1, -1));
  if (/^\d+(?:\.\d+){3}$/.test(name)) return placeOfIpv4(numberOf(name));
  if (OWN_COMPUTER.test(name)) return 'this computer';
  return OWN_NETWORK.test(name) ? 'own network' : 'elsewhere';
}
