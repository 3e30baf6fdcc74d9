import { useEffect, useRef, useState } from 'react';

export interface LatestImage {
  /** What can be shown now: the newest picture that has arrived. */
  readonly url: string | null;
  readonly loading: boolean;
  readonly failed: boolean;
}

/**
 * Loads pictures one at a time and always goes for the newest wish, so that dragging the window shows a picture as
 * often as they can be made, and never queues what nobody waits for any more. `identity` names the image: when it
 * changes, the old picture goes at once.
 */
export function useLatestImage(url: string, identity: string): LatestImage {
  const [shown, setShown] = useState<{ url: string | null; failed: boolean; identity: string } | null>(null);
  const [arrived, setArrived] = useState('');
  const wish = useRef({ url, identity });
  const busy = useRef(false);

  useEffect(() => {
    wish.current = { url, identity };
    if (busy.current) return;
    busy.current = true;
    const load = async () => {
      let wanted: typeof wish.current;
      do {
        wanted = wish.current;
        const { url: tried, identity: of } = wanted;
        const failed = !(await canLoad(tried));
        setShown((before) => ({
          url: failed ? (before?.identity === of ? before.url : null) : tried,
          failed,
          identity: of,
        }));
        setArrived(tried);
      } while (wanted !== wish.current);
      busy.current = false;
    };
    void load();
  }, [url, identity]);

  if (shown === null || shown.identity !== identity) return { url: null, loading: true, failed: false };
  return { url: shown.url, loading: arrived !== url, failed: shown.failed };
}

/** Fetches and decodes, so that showing it afterwards does not flicker. */
function canLoad(url: string): Promise<boolean> {
  const picture = new Image();
  picture.src = url;
  return picture.decode().then(
    () => true,
    () => false,
  );
}
