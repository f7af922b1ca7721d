import { removeControls } from "../tools/safe-text.ts";

/**
 * A stream that removes from every text written to it what a terminal would obey, and then edits it. Everything else,
 * such as `columns` and `isTTY`, is the stream's own.
 */
export function safeStream<T extends NodeJS.WritableStream>(
  stream: T,
  edit: (text: string) => string = (text) => text,
): T {
  const write = (text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const safe = removeControls(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
    return Reflect.apply(stream.write.bind(stream), undefined, [edit(safe), ...rest]) as boolean;
  };
  return new Proxy(stream, {
    get(target, name) {
      if (name === "write") return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
