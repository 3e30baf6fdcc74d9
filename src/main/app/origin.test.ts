import { expect, it } from 'vitest';
import { isOwnAddress } from './origin';

it.each(['fovea://app/', 'fovea://app/index.html', 'fovea://app/resource/report/1?x=2'])(
  'accepts %s as its own',
  (address) => {
    expect(isOwnAddress(address)).toBe(true);
  },
);

it.each([
  'https://app/',
  'fovea://app.evil.example/',
  'fovea://evil@app/',
  'fovea://app:80/',
  'fovea-x://app/',
  'file:///app/index.html',
  'about:blank',
  'not an address',
  '',
])('rejects %j', (address) => {
  expect(isOwnAddress(address)).toBe(false);
});
