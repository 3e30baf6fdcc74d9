/**
 * Electron's channels between preload and main. Requests share one, events another; their names are part of the
 * message.
 */
export const ipcChannels = {
  invoke: 'fovea:invoke',
  event: 'fovea:event',
  grantPaths: 'fovea:grant-paths',
} as const;
