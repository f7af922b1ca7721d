import { type Html, html } from "./html.ts";

/** Draws a heading that links to itself, so that a place on a page can be shared. Its text must be unique on the page. */
export function heading(level: 2 | 3, text: string, id: string = headingId(text)): Html {
  const link = html`<a class="anchor" href="#${id}">${text}</a>`;
  return level === 2 ? html`<h2 id="${id}">${link}</h2>` : html`<h3 id="${id}">${link}</h3>`;
}

/** Returns the id of a heading, to link to it. */
export function headingId(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** Lists the headings of the second level in a page's body, in order, as links. */
export function contents(body: Html): Html {
  const found = [...body.text.matchAll(/<h2 id="([^"]+)"><a [^>]*>([^<]+)<\/a>/g)];
  return html`<nav class="contents" aria-label="Contents">
    <ul>
      ${found.map(([, id = "", escapedText = ""]) => html`<li><a href="#${id}">${unescaped(escapedText)}</a></li> `)}
    </ul>
  </nav>`;
}

/** Headings are words of refbench, in which only these characters are escaped. */
function unescaped(text: string): string {
  return text.replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
