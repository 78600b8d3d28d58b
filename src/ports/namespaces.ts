// What a namespace says about itself.

export interface Namespaces {
  /** Its annotations, at most a minute old. Empty when they cannot be read or there are none: never throws, and waits two seconds at most. */
  annotations(namespace: string): Promise<Readonly<Record<string, string>>>;
}
