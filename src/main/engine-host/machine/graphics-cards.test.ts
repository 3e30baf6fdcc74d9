import { expect, it } from 'vitest';
import { graphicsCards, macCards, pciName } from './graphics-cards';

// Lines in the form of the PCI ID list.
const list = [
  '# comment',
  '1002  Advanced Micro Devices, Inc. [AMD/ATI]',
  '\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]',
  '\t\t1002 0e3b  a board of that card',
  '10de  NVIDIA Corporation',
  '\t744c  another device with that number',
  '1af4  Red Hat, Inc.',
  '\t1050  Virtio 1.0 GPU',
].join('\n');

it('names a card by its vendor and device, as sold', () => {
  expect(pciName(list, '1002', '744c')).toBe('AMD Radeon RX 7900 XT/7900 XTX');
  expect(pciName(list, '10de', '744c')).toBe('NVIDIA another device with that number');
  expect(pciName(list, '1af4', '1050')).toBe('Red Hat, Inc. Virtio 1.0 GPU');
  expect(pciName(list, '1002', '0e3b')).toBeNull();
  expect(pciName(list, '8086', '744c')).toBeNull();
  expect(pciName('', '1002', '744c')).toBeNull();
});

it('parses the output of macOS', () => {
  const text = JSON.stringify({ SPDisplaysDataType: [{ _name: 'kHW_AppleM2Item', sppci_model: 'Apple M2' }, {}] });
  expect(macCards(text)).toEqual(['Apple M2']);
  expect(macCards('{}')).toEqual([]);
});

it('queries this machine without failing', async () => {
  for (const card of await graphicsCards()) expect(card.trim()).not.toBe('');
});
