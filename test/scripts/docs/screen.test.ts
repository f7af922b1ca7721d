import { expect, test } from "vitest";
import { escapeXml, screenOf } from "../../../scripts/docs/screen.ts";

test("a screen shows what remained of a live view, without colours", () => {
  const received = "one\r\n\u001b[32mtwo\u001b[39m\n\u001b[2K\u001b[1A\u001b[2K\u001b[Gthree\nfour\rF";
  expect(screenOf(received)).toEqual(["one", "three", "Four"]);
});

test("a terminal's text is never markup in a picture", () => {
  expect(escapeXml(`<a b="c">&`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;");
});
