import { raw } from 'hono/html';
import { type Html, html } from './report-html';
import { reportStyle } from './report-style';

/** A self-contained page: no scripts, no requests. */
export function reportPage({
  title,
  version,
  body,
}: {
  readonly title: string;
  /** Version of Fovea that made the subject of the report. */
  readonly version: string;
  readonly body: Html;
}): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="generator" content="${`Fovea ${version}`}">
<title>${title}</title>
<style>${raw(reportStyle)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return String(page);
}

/** A table of names and values. */
export function facts(rows: readonly (readonly [string, string | Html])[]): Html {
  return html`<table class="facts"><tbody>${rows.map(([name, value]) => html`<tr><td>${name}</td><td>${value}</td></tr>`)}</tbody></table>`;
}
