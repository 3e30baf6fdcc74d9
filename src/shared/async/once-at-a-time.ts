/** Starts a task unless one with the same key is under way, in which case it does nothing. */
export function onceAtATime(): (key: string, work: () => Promise<unknown>) => void {
  const underWay = new Set<string>();
  return (key, work) => {
    if (underWay.has(key)) return;
    underWay.add(key);
    const end = () => underWay.delete(key);
    work().then(end, end);
  };
}
