// What a submitted modal does next.

export type Reply =
  | { readonly kind: 'close' }
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'notice'; readonly title: string; readonly words: string };

export type Working = { readonly title: string; readonly reply: Promise<Reply> };
