import { expect, test } from "vitest";
import { type GetJson, resolveCoderVersion } from "../../../../harness/composition/settings/coder-channel.ts";
import { REHEARSED_CHANNELS } from "../../../../reference-architectures/coder/coder-channels.ts";

const published: GetJson = (url) =>
  Promise.resolve(
    url.endsWith("/latest")
      ? { tag_name: "v2.30.4" }
      : [
          { tag_name: "v2.29.9", draft: false, prerelease: false },
          { tag_name: "v2.32.0-rc.1", draft: false, prerelease: false },
          { tag_name: "v2.33.0", draft: false, prerelease: true },
          { tag_name: "v2.34.0", draft: true, prerelease: false },
          { tag_name: "v2.9.12", draft: false, prerelease: false },
          { tag_name: "v2.31.2", draft: false, prerelease: false },
        ],
  );

test("stable is the release that is marked as the latest", async () => {
  expect(await resolveCoderVersion("stable", { rehearse: false, getJson: published })).toEqual({
    version: "2.30.4",
    channel: "stable",
  });
});

test("mainline is the highest number that is neither a draft nor a prerelease", async () => {
  expect(await resolveCoderVersion("mainline", { rehearse: false, getJson: published })).toEqual({
    version: "2.31.2",
    channel: "mainline",
  });
});

test("a number is used unchanged, with or without its v, and without a request", async () => {
  const nobody: GetJson = () => Promise.reject(new Error("asked"));
  expect(await resolveCoderVersion("v2.28.1", { rehearse: false, getJson: nobody })).toEqual({
    version: "2.28.1",
  });
  expect(await resolveCoderVersion("mainline", { rehearse: true, getJson: nobody })).toEqual({
    version: REHEARSED_CHANNELS.mainline,
    channel: "mainline",
  });
});

test.each([
  ["latest", published, /expected stable, mainline, or a version/],
  ["2.31", published, /expected stable, mainline, or a version/],
  ["stable", () => Promise.reject(new Error("no route")), /no route\): try again, or name a version/],
  ["stable", () => Promise.resolve({ tag_name: "nightly" }), /which is not a version/],
  ["mainline", () => Promise.resolve([]), /lists no release/],
] as const)("%s that means nothing is refused as a usage error (%#)", async (asked, getJson, message) => {
  const refused = resolveCoderVersion(asked, { rehearse: false, getJson });
  await expect(refused).rejects.toMatchObject({ code: "usage" });
  await expect(refused).rejects.toThrow(message);
});
