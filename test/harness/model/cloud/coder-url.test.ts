import { expect, test } from "vitest";
import { coderOrigin } from "../../../../harness/model/cloud/coder-url.ts";

test.each([
  ["https://coder.example.com", "https://coder.example.com"],
  ["https://coder.example.com///", "https://coder.example.com"],
  ["HTTPS://Coder.Example.com:443/workspaces?filter=owner%3Ame#top", "https://coder.example.com"],
  ["http://127.0.0.1:7080/@admin/w", "http://127.0.0.1:7080"],
  ["http://[::1]:7080/", "http://[::1]:7080"],
])("%s is the deployment %s", (url, origin) => {
  expect(coderOrigin(url)).toBe(origin);
});

test.each(["https://me:secret@coder.example.com/x", "https://secret@coder.example.com", "ftp://me:secret@x"])(
  "credentials in %s are refused and not repeated",
  (url) => {
    expect(() => coderOrigin(url)).toThrow(/^--url /);
    expect(() => coderOrigin(url)).not.toThrow(/secret/);
  },
);

test.each(["", "coder.example.com", "ftp://coder.example.com", "https://"])(
  "%j is refused as a URL of Coder",
  (url) => {
    expect(() => coderOrigin(url)).toThrow("expected a URL such as https://coder.example.com");
  },
);
