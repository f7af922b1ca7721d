import { expect, test } from "vitest";
import { proxyUrl, refuseProxyCredentials } from "../../../../harness/model/cloud/proxy-url.ts";

const read = (text: string): string => proxyUrl({ text, from: "--proxy" });

test.each([
  ["http://proxy:3128", "http://proxy:3128"],
  ["http://proxy:3128/a/path?x=1#y", "http://proxy:3128"],
  ["https://[::1]:8443/", "https://[::1]:8443"],
  ["http://me:s3cret@proxy:80/x", "http://me:s3cret@proxy"],
])("only the origin and the credentials of %s are used", (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each(["proxy:3128", "socks5://proxy:1080", "me:s3cret@proxy:80", ""])("%j is refused", (text) => {
  expect(() => read(text)).toThrow(/^--proxy is (?!.*s3cret).*expected the URL of an HTTP proxy/);
});

test("credentials on the command line are refused without being repeated", () => {
  expect(() => refuseProxyCredentials("http://me:s3cret@proxy:80")).toThrow(/^(?!.*s3cret).*REFBENCH_PROXY/);
  expect(() => refuseProxyCredentials("http://proxy:80")).not.toThrow();
});
