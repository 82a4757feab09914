import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layoutFiles } from '../../../scripts/layout.mjs';
import { KINDS, SIGNALS } from './index.ts';
import { CHANNELS } from './generated/channels.ts';
import { ALERT_KINDS, CHANNEL_IDS, CHANNEL_TABLE, LEVEL_CHANNELS, SERIES_NAMES, STATE_KINDS } from './table.ts';

describe('what is written from the table of names', () => {
  it.each(Object.entries(layoutFiles()))('%s is up to date: else run "npm run wasm"', (path, text) => {
    expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text);
  });
});

describe('the table of channels', () => {
  it('has every kind once: those of the state first, then one per level', () => {
    const named = CHANNEL_IDS.flatMap((id) => Object.keys(CHANNEL_TABLE[id].kinds));
    expect([...named].sort()).toEqual([...ALERT_KINDS].sort());
    expect(new Set(ALERT_KINDS).size).toBe(ALERT_KINDS.length);
    expect(LEVEL_CHANNELS.map((id) => [Object.keys(CHANNEL_TABLE[id].kinds).length, CHANNEL_TABLE[id].level])).toEqual(
      LEVEL_CHANNELS.map((id) => [1, CHANNEL_TABLE[id].signals[0]]),
    );
    expect(ALERT_KINDS.slice(0, STATE_KINDS.length)).toEqual(STATE_KINDS);
  });

  it('has facts of every channel, signal and kind, each under its own name', () => {
    expect(CHANNEL_IDS.map((id) => CHANNELS[id].id)).toEqual(CHANNEL_IDS);
    expect(Object.keys(SIGNALS).sort()).toEqual([...SERIES_NAMES].sort());
    expect(Object.keys(KINDS).sort()).toEqual([...ALERT_KINDS].sort());
    for (const { help, empty } of Object.values(CHANNELS))
      expect([help, empty].every((text) => text.endsWith('.'))).toBe(true);
  });
});
