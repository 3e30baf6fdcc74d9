import { expect, it } from 'vitest';
import { escapeMarkup } from './markup';

it('escapes characters that would end a text or a quoted value, and replaces invalid ones', () => {
  expect(escapeMarkup(`<b class="a">Tom & 'Jerry'</b>`)).toBe(
    '&lt;b class=&quot;a&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/b&gt;',
  );
  // XML 1.0, 2.2: of the C0 controls only tab, line feed and carriage return are characters.
  expect(escapeMarkup('a\u0000b\u001bc\td\ne\u007f')).toBe('a\ufffdb\ufffdc\td\ne\ufffd');
});
