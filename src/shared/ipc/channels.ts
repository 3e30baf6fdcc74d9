/** Electron's channels between preload and main. Requests and events share one each; their names travel inside. */
export const ipcChannels = {
  invoke: 'fovea:invoke',
  event: 'fovea:event',
  grantPaths: 'fovea:grant-paths',
} as const;
