import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** One page as a file. */
export function document({
  title,
  rehearsals,
  body,
}: {
  readonly title: string;
  readonly rehearsals: boolean;
  readonly body: Html;
}): string {
  const said = rehearsals ? `${title} (simulated)` : title;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${said}</title>
      </head>
      <body>
        ${rehearsals && html`<p>SIMULATED</p>`} ${body}
      </body>
    </html>`.text;
}
