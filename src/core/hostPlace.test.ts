import { describe, expect, it } from 'vitest';
import { placeOf } from './hostPlace.ts';

describe('where a host lies by its name', () => {
  it.each([
    ['this computer', 'localhost', 'LOCALHOST', 'localhost.', 'a.b.localhost', '127.0.0.1', '127.9.9.9', '0.0.0.0'],
    ['this computer', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1', '127.1', '127.0.0.1.', '%31%32%37.0.0.1'],
    ['this computer', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]'],
    ['this computer', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', '１２７.0.0.1', 'ⓛocalhost'],
    ['own network', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254'],
    ['own network', '100.64.0.1', '3232235777', '[fc00::1]', '[fdff::1]', '[fe80::1]', '[fec0::1]'],
    ['own network', '[::ffff:10.0.0.1]', '[::ffff:c0a8:101]', '[2002:a00:1::1]', '[64:ff9b::c0a8:1]'],
    ['own network', 'printer', 'nas.local', 'NAS.LOCAL.', 'db.internal', 'router.lan', 'a.home.arpa'],
    ['elsewhere', '9.255.255.255', '11.0.0.0', '126.255.255.255', '128.0.0.1', '172.15.0.1', '172.32.0.1'],
    ['elsewhere', '192.167.255.255', '192.169.0.1', '169.253.0.1', '100.63.0.1', '100.128.0.1', '1.0.0.1'],
    ['elsewhere', '[2001:db8::1]', '[fb00::1]', '[ff02::1]', '[::ffff:8.8.8.8]', '[2002:808:808::]', '[::1:0:0:1]'],
    ['elsewhere', 'example.org', 'localhost.example.org', 'local.example', 'notlocalhost.org', '127.0.0.1.nip.io'],
  ])('%s: %s and others', (place, ...hosts) => {
    const found = hosts.map((host) => [host, placeOf(new URL(`http://${host}/`).hostname)]);
    expect(found).toEqual(hosts.map((host) => [host, place]));
  });
});
