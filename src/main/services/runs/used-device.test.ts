import { expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import type { EngineClient } from '../../engine-host/client/client';
import type { FastestDevice } from '../../engine-host/core/protocol';
import { usedDevice } from './used-device';

/** An engine that answers what `auto` stands for, and counts how often it is asked. */
function engineOf(answer: () => Promise<FastestDevice>) {
  let asked = 0;
  const request = (name: string) => {
    expect(name).toBe('fastestDevice');
    asked += 1;
    return { result: answer(), control: () => {} };
  };
  return { engine: { request } as unknown as Pick<EngineClient, 'request'>, asked: () => asked };
}

it('resolves auto once, and never a chosen device', async () => {
  const { engine, asked } = engineOf(async () => ({ device: 'webgpu', why: 'It was faster.' }));
  expect(await usedDevice(engine, 'cuda')).toEqual({ device: 'cuda', why: null });
  expect(asked()).toBe(0);
  expect(await usedDevice(engine, 'auto')).toEqual({ device: 'webgpu', why: 'It was faster.' });
  expect((await usedDevice(engine, 'auto')).device).toBe('webgpu');
  expect(asked()).toBe(1);
});

it('is the CPU if a driver kills the measuring process, and is not tried again', async () => {
  const { engine, asked } = engineOf(() => Promise.reject(new FoveaError('engine_crashed', 'gone')));
  expect((await usedDevice(engine, 'auto')).device).toBe('cpu');
  expect((await usedDevice(engine, 'auto')).device).toBe('cpu');
  expect(asked()).toBe(1);
});
