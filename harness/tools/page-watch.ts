/** Half a million things at 500 a page: more than any account or deployment of a benchmark has. */
export const MAX_PAGES = 1_000;

/** Watches the pages of one listing, so that a server which offers a next page for ever does not keep its reader for ever. */
export class PageWatch {
  readonly #seen = new Set<string>();

  /** Why the listing cannot be read to its end; undefined while it can. Called with the token of each next page. */
  next(token: string): string | undefined {
    if (this.#seen.has(token)) return `not read to its end: page ${token} comes again`;
    this.#seen.add(token);
    return this.#seen.size >= MAX_PAGES
      ? `not read to its end: it has more than ${MAX_PAGES} pages`
      : undefined;
  }
}
