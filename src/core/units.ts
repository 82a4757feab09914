/** Names for the numbers that pass between modules; aliases, so they cost nothing at run time. */

/** Position of an event in the analysed, ordered event columns, from 0. */
export type EventIndex = number;
/** Position of a stream in `EventColumns.streams`, from 0. */
export type StreamIndex = number;
/** A stream's own event count, from 1 (docs/methods.md, preamble). */
export type Seq = number;
/** Canonical row of the ledger: rows sorted by (ts, event_id), from 0. */
export type LedgerRow = number;
/** Milliseconds since the epoch with fractional microseconds. */
export type EpochMs = number;
export type Milliseconds = number;
export type Nats = number;
