/** Begins a piece of work unless one with the same key is under way; then nothing is done. */
export function onceAtATime(): (key: string, work: () => Promise<unknown>) => void {
  const underWay = new Set<string>();
  return (key, work) => {
    if (underWay.has(key)) return;
    underWay.add(key);
    const end = () => underWay.delete(key);
    work().then(end, end);
  };
}
