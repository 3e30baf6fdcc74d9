/** Styles of reports for screens and for A4 or Letter paper. System fonts only, so nothing is fetched. */
export const reportStyle = `
:root { --ink: #16202b; --soft: #55636f; --line: #dfe5ea; --paper: #fff; --wash: #f4f7f9; --accent: #0b5c8e;
  --warn: #8a4b00; --warn-wash: #fff6e6; --warn-line: #f0c36d; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; background: #e9eef2; }
body { margin: 0; color: var(--ink); font: 15px/1.55 "Inter", "Segoe UI", system-ui, -apple-system, "Helvetica Neue",
  "DejaVu Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1020px; margin: 32px auto; padding: 48px 56px 40px; background: var(--paper);
  border-radius: 10px; box-shadow: 0 1px 2px #0b1b2a14, 0 12px 40px #0b1b2a14; }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 24px;
  padding-bottom: 22px; border-bottom: 2px solid var(--ink); }
h1 { margin: 2px 0 6px; font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { margin: 44px 0 14px; font-size: 19px; letter-spacing: -0.005em; }
h3 { margin: 0 0 8px; font-size: 13px; font-weight: 600; color: var(--soft); }
p { margin: 0 0 10px; max-width: 76ch; }
.eyebrow { margin: 0; font-size: 12px; font-weight: 600; letter-spacing: 0.08em; text-transform: uppercase;
  color: var(--accent); }
.meta { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.badge { flex: none; padding: 7px 14px; border: 1.5px solid var(--warn); border-radius: 999px; color: var(--warn);
  background: var(--warn-wash); font-size: 13px; font-weight: 650; white-space: nowrap; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); gap: 14px; margin: 26px 0 0; }
.tile { padding: 16px 18px 14px; background: var(--wash); border: 1px solid var(--line); border-radius: 8px; }
.tile .value { display: block; font-size: 29px; font-weight: 650; line-height: 1.2; letter-spacing: -0.02em; }
.tile .interval { display: block; font-size: 13px; color: var(--soft); }
.tile .name { display: block; margin-bottom: 3px; font-size: 13px; font-weight: 600; color: var(--soft); }
.cautions { margin: 22px 0 0; padding: 14px 20px 14px 18px; background: var(--warn-wash);
  border: 1px solid var(--warn-line); border-left-width: 5px; border-radius: 6px; }
.cautions h2 { margin: 0 0 6px; font-size: 15px; color: var(--warn); }
.cautions ul { margin: 0; padding-left: 20px; }
.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 36px; align-items: start; }
.sub { margin-top: 20px; }
.note { margin-top: 10px; font-size: 13px; color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { padding: 7px 10px; border-bottom: 1.5px solid var(--ink); text-align: left; font-size: 12.5px; font-weight: 600;
  color: var(--soft); vertical-align: bottom; }
td { padding: 8px 10px; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th.number, td.number { text-align: right; white-space: nowrap; }
td small { display: block; color: var(--soft); font-size: 12px; }
tr.total td { font-weight: 600; border-bottom: none; border-top: 1.5px solid var(--ink); }
table.facts td { padding: 4.5px 10px; }
table.facts td:first-child { width: 38%; padding-left: 0; color: var(--soft); }
.two table.facts td:first-child { width: 54%; }
code { font: 12.5px/1.5 ui-monospace, "Cascadia Mono", "SF Mono", "DejaVu Sans Mono", Consolas, monospace;
  overflow-wrap: anywhere; }
figure { margin: 0; }
figcaption { margin-top: 8px; font-size: 13px; color: var(--soft); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-family: inherit; }
.example { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1.2fr); gap: 24px; }
.example img { display: block; width: 100%; height: auto; border-radius: 6px; background: #000; }
footer { margin-top: 44px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 13px; color: var(--soft); }
@media screen and (max-width: 760px) { main { margin: 0; padding: 28px 20px; border-radius: 0; }
  .two, .example { grid-template-columns: minmax(0, 1fr); } header { flex-direction: column; } }
@media print {
  @page { margin: 14mm 14mm; }
  html { background: none; }
  body { font-size: 9.5pt; }
  main { margin: 0; padding: 0; max-width: none; box-shadow: none; }
  h1 { font-size: 20pt; }
  h2 { margin: 20px 0 8px; font-size: 13pt; break-after: avoid; }
  .tiles { grid-template-columns: repeat(5, 1fr); gap: 8px; margin-top: 14px; }
  .tile { padding: 9px 10px; }
  .tile .value { font-size: 15pt; }
  .tile .name, .tile .interval, .note, figcaption, h3 { font-size: 8.5pt; }
  .cautions { margin-top: 12px; padding: 8px 14px; }
  figure, table, .tiles, .cautions, .example, section.keep { break-inside: avoid; }
  table { font-size: 8.5pt; }
  th { font-size: 8pt; }
  td, th { padding: 4px 6px; }
  td small { font-size: 7.5pt; }
  table.facts td { padding: 2.5px 6px; }
  code { font-size: 7.5pt; }
  .two { gap: 22px; }
  .example { gap: 14px; }
  footer { margin-top: 20px; }
}
`;
