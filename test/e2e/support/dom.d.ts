// The names of the browser that playwright-core's types go by. Nothing here runs in a browser, so the browser's own library of types is not loaded.

interface Node {
  readonly nodeType: number;
}
interface HTMLElement extends Node {
  readonly tagName: string;
}
interface SVGElement extends Node {
  readonly tagName: string;
}
interface HTMLElementTagNameMap {
  readonly body: HTMLElement;
}
