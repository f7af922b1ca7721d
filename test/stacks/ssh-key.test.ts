import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { newSshKey } from "../../stacks/ssh-key.ts";

test("a key pair that its library made unreadable is created again", () => {
  const good = newSshKey();
  const [type, blob = ""] = good.publicKey.split(" ");
  const cut = Buffer.from(blob, "base64").subarray(0, -1).toString("base64");
  const pairs = [
    { public: `${type} ${cut}`, private: good.privateKey },
    { public: good.publicKey, private: good.privateKey.replace("OPENSSH", "CLOSED") },
    { public: good.publicKey, private: good.privateKey },
  ];
  let made = 0;
  expect(newSshKey(() => pairs[made++] ?? expect.fail("asked once too often"))).toEqual(good);
  expect(made).toBe(3);
});

test("both keys can be read and belong together", () => {
  const { publicKey, privateKey } = newSshKey();
  const [open, secret] = [publicKey, privateKey].map((text) => ssh2.utils.parseKey(text));
  if (open === undefined || open instanceof Error || secret === undefined || secret instanceof Error)
    return expect.fail("a key cannot be read");
  expect(publicKey).toMatch(/^ssh-ed25519 /);
  expect(secret.getPublicSSH()).toEqual(open.getPublicSSH());
});
