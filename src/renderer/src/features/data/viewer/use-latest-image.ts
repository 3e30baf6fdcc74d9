import { useEffect, useRef, useState } from 'react';
import type { Size } from './viewer-math';

export interface LatestImage {
  /** The picture to show: the latest that has loaded. */
  readonly url: string | null;
  /** Pixel size of that picture; it differs from the file's if pixels are not square. */
  readonly size: Size | null;
  readonly loading: boolean;
  readonly failed: boolean;
}

/**
 * Loads pictures one at a time, always the one requested last, so that dragging the window updates as often as pictures
 * can be rendered and never queues outdated ones. `identity` names the image: when it changes, the old picture
 * disappears at once.
 */
export function useLatestImage(url: string, identity: string): LatestImage {
  const [shown, setShown] = useState<{
    url: string | null;
    size: Size | null;
    failed: boolean;
    identity: string;
  } | null>(null);
  const [lastUrl, setLastUrl] = useState('');
  const latest = useRef({ url, identity });
  const busy = useRef(false);

  useEffect(() => {
    latest.current = { url, identity };
    if (busy.current) return;
    busy.current = true;
    const loadLatest = async () => {
      let requested: typeof latest.current;
      do {
        requested = latest.current;
        const { url: requestedUrl, identity: requestedIdentity } = requested;
        const size = await load(requestedUrl);
        setShown((before) => {
          if (size !== null) return { url: requestedUrl, size, failed: false, identity: requestedIdentity };
          const kept = before?.identity === requestedIdentity ? before : null;
          return { url: kept?.url ?? null, size: kept?.size ?? null, failed: true, identity: requestedIdentity };
        });
        setLastUrl(requestedUrl);
      } while (requested !== latest.current);
      busy.current = false;
    };
    void loadLatest();
  }, [url, identity]);

  if (shown === null || shown.identity !== identity) return { url: null, size: null, loading: true, failed: false };
  return { url: shown.url, size: shown.size, loading: lastUrl !== url, failed: shown.failed };
}

/** Fetches and decodes a picture in advance, so that showing it does not flicker. Null if that fails. */
function load(url: string): Promise<Size | null> {
  const picture = new Image();
  picture.src = url;
  return picture.decode().then(
    () => ({ width: picture.naturalWidth, height: picture.naturalHeight }),
    () => null,
  );
}
