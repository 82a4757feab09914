import { browserPlatform } from '../ledger/parquet.browser.ts';
import { SCAN_CONTRACT, scanApi } from './scanThread.ts';
import { exposeWorker } from './service/rpcAdapter.ts';

exposeWorker(
  SCAN_CONTRACT,
  scanApi((code) => browserPlatform({ code })),
);
