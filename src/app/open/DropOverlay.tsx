import { useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../shell/Icon.tsx';
import { session } from '../../state/store.ts';
import { useUi } from '../ui.ts';
import { takeDropped } from './dropped.ts';
import { gathering } from './gathering.ts';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Over the sheet of embedding models a drop is meant for it. */
const isForModels = (): boolean => useUi.getState().sheet === 'embedder';

/** Where a ledger is compared, another one is set beside it. */
function isForCompare(): boolean {
  const { view, ledger } = session.store.getState();
  return view.screen === 'compare' && ledger.phase === 'open';
}

/** Takes files and folders dropped anywhere on the page. */
export function DropOverlay(): ReactNode {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const move = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = 'copy';
    };
    // Leaving an inner element names the one entered; leaving the window names none.
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const dropped = takeDropped(event.dataTransfer!);
      const way = isForModels() ? 'addModel' : isForCompare() ? 'openDroppedBeside' : 'openDropped';
      gathering(import('./openFiles.ts').then((ways) => ways[way](dropped)));
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', move);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', move);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-overlay">
      <div>
        <Icon name="wave" size={40} />
        <strong>
          {isForModels() ? 'Drop to add the model' : isForCompare() ? 'Drop to compare with it' : 'Drop to open'}
        </strong>
        {!isForModels() && <span>Files, or a partitioned folder</span>}
      </div>
    </div>
  );
}
