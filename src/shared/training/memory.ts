/** Largest share of the machine's memory that a run may be expected to take. */
const MEMORY_SHARE = 0.9;

/** Whether a run that is expected to take `memoryMB` leaves enough for everything else on the machine. */
export const fitsMachine = (memoryMB: number, machineMemoryMB: number): boolean =>
  memoryMB <= machineMemoryMB * MEMORY_SHARE;
