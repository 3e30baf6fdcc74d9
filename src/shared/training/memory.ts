/** Share of the machine's memory that a run may be expected to take. */
const MEMORY_SHARE = 0.9;

/** True where a run that is expected to take `memoryMB` fits beside what else a machine needs. */
export const fitsMachine = (memoryMB: number, machineMemoryMB: number): boolean =>
  memoryMB <= machineMemoryMB * MEMORY_SHARE;
