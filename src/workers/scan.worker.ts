import { expose } from 'comlink';
import { browserPlatform } from '../ledger/parquet.browser.ts';
import { holdLifeLock } from './service/livenessLock.ts';
import { scanToWire } from './scanThread.ts';

expose(scanToWire((code) => browserPlatform({ code })));
holdLifeLock();
