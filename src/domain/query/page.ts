// One page of a long answer. Pages count from 0; a page that is not there is the last one.

export type Page<Item> = {
  readonly items: readonly Item[];
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  /** What to ask again to turn the page. */
  readonly ask: string;
};

export const PAGE_SIZE = 8;

export function pageOf<Item>(all: readonly Item[], { page, ask }: { readonly page: number; readonly ask: string }): Page<Item> {
  const pages = Math.max(1, Math.ceil(all.length / PAGE_SIZE));
  const shown = Math.min(Math.max(0, Math.floor(page)), pages - 1);
  return { items: all.slice(shown * PAGE_SIZE, (shown + 1) * PAGE_SIZE), page: shown, pages, total: all.length, ask };
}
