import { showToast } from '../state/toasts';

/**
 * Saves text or bytes as a browser download and confirms it. Nothing leaves the machine: the URL is a blob of this
 * window.
 */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  showToast({ kind: 'success', message: `Saved as ${name}` });
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
