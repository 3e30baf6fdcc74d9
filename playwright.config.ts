import { defineConfig } from '@playwright/test';

/** Journeys through the real app: `fovea app --web` from the built files, in a real Chromium. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Journeys wait for what the app shows. These only end one that hangs, and leave room for a machine that others use too.
  timeout: 900_000,
  expect: { timeout: 60_000 },
  fullyParallel: false,
  workers: 1,
  forbidOnly: process.env['CI'] !== undefined,
  use: {
    // A click whose target never comes is named in minutes, not by the end of its journey.
    actionTimeout: 180_000,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['FOVEA_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
