import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from '../state/store.ts';
import { isDrawing } from '../charts/drawing.ts';
import { installTestHook } from '../state/testHook.ts';
import { isGathering } from './open/gathering.ts';
import { App } from './App.tsx';
import './shell/shell.css';
import './shell/controls.css';
import './shell/fields.css';
import './shell/topbar.css';
import './shell/status.css';
import './shell/messages.css';
import './open/open.css';

// A live ledger may be named there, which has code of its own.
if (location.hash.includes('live')) void import('./live/start.ts').then(({ startPage }) => startPage());
else session.restore();
installTestHook(isDrawing, isGathering);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// The page is usable before the engine's script has arrived; whoever opens a ledger then need not wait for it.
const whenIdle: (work: () => void) => void =
  'requestIdleCallback' in window ? (work) => void requestIdleCallback(work) : (work) => void setTimeout(work, 500);
whenIdle(() => session.engine.prestart());
