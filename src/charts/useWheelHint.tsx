import { useCallback, useEffect, useState, type ReactNode } from 'react';

/** What is held down for the wheel to zoom. */
const ZOOM_KEY = typeof navigator !== 'undefined' && /Mac|iP/.test(navigator.platform) ? '⌘' : 'Ctrl';

const SHOWN_MS = 4000;
/** Said once on a page, on whatever chart it was. */
let wasTold = false;

/** How the wheel zooms, said on a chart once the wheel has scrolled the page over it. */
export function useWheelHint(): { readonly hint: ReactNode; readonly tellOnce: () => void } {
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(() => setTold(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const tellOnce = useCallback(() => {
    if (wasTold) return;
    wasTold = true;
    setTold(true);
  }, []);
  const hint = told && (
    <span className="chart-hint" role="status">
      {ZOOM_KEY} + wheel zooms, Shift + wheel pans
    </span>
  );
  return { hint, tellOnce };
}
