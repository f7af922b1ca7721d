import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Child, Html, html } from "./html.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

/** The style is inside of every page: a page that was saved, or printed, is whole. */
const STYLE = readFileSync(packageFile("harness/results/page/style.css"), "utf8")
  .replaceAll(/\n\s*/g, "\n")
  .trim();

/** Apart from the template, whose layout must not change a byte that the policy's digest is of. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** Nothing but the page itself, its own style and its icon: no script, no request to anywhere. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 14V9M6 14V6M10 14V8M14 14V2" stroke="#1c64b0" stroke-width="2.5" stroke-linecap="round"/></svg>',
)}`;

/** What stands on every page of rehearsals. */
const SIMULATED =
  "Rehearsed on one machine against a twin of the cloud. These figures say nothing about Coder's capacity.";

/** One page of the site. */
export interface Page {
  readonly title: string;
  /** The page's name in its trail, where the title says too much. */
  readonly crumb?: string;
  /** What the page tells, in a sentence, for search engines and previews. */
  readonly description: string;
  /** Whether it is a page of rehearsals, which says so wherever it is named. */
  readonly rehearsals: boolean;
  /** Path to the site's root from this page: "" or "../". */
  readonly root: "" | "../";
  /** Pages above this one, after the index. */
  readonly trail?: readonly { readonly name: string; readonly path: string }[];
  readonly body: Child;
}

/** A page as the bytes of its file. */
export function document({
  title,
  description,
  rehearsals,
  root,
  trail = [],
  crumb = title,
  body,
}: Page): string {
  const isIndex = root === "";
  const said = rehearsals ? `SIMULATED: ${title}` : title;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="description" content="${rehearsals ? `Simulated. ${SIMULATED} ` : ""}${description}" />
        <title>${said}</title>
        <link rel="icon" href="${ICON}" />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        ${rehearsals && html`<aside class="banner" aria-label="Simulated"><strong>SIMULATED.</strong> ${SIMULATED}</aside>`}
        ${
          !isIndex &&
          html`<header>
            <nav aria-label="Breadcrumb">
              <ol>
                <li><a href="${root}index.html">Coder reference benchmarks</a></li>
                ${trail.map(({ name, path }) => html`<li><a href="${root}${path}">${name}</a></li>`)}
                <li><span aria-current="page">${crumb}</span></li>
              </ol>
            </nav>
          </header>`
        }
        <main id="main">${body}</main>
        <footer>
          Made by refbench from stored records alone: the same records make the same
          pages.${rehearsals && " Every run shown here is a rehearsal."}
        </footer>
      </body>
    </html> `;
  // Templates are indented for those who read the code.
  return page.text.replaceAll(/\n\s+/g, "\n");
}
