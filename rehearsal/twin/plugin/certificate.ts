import { generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const CA_AND_SIGNATURE = Buffer.from([0x03, 0x02, 0x02, 0x84]);

/** A self-signed certificate for `localhost`, as go-plugin's AutoMTLS requires; Node cannot build X.509 itself. */
export function selfSignedCertificate(): {
  readonly der: Buffer;
  readonly pem: string;
  readonly keyPem: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const der = signed(privateKey, toBeSigned(publicKey));
  const body = der.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    der,
    pem: ["-----BEGIN CERTIFICATE-----", ...body, "-----END CERTIFICATE-----", ""].join("\n"),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function toBeSigned(publicKey: KeyObject): Buffer {
  const name = sequence(tag(0x31, sequence(oid("2.5.4.3"), tag(0x0c, Buffer.from("localhost")))));
  const day = 86_400_000;
  const validity = sequence(time(Date.now() - day), time(Date.now() + 30 * day));
  const extensions = sequence(
    extension("2.5.29.19", sequence(tag(0x01, Buffer.from([0xff])))),
    extension("2.5.29.15", CA_AND_SIGNATURE),
    extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"))),
    extension("2.5.29.17", sequence(tag(0x82, Buffer.from("localhost")))),
  );
  return sequence(
    tag(0xa0, tag(0x02, Buffer.from([2]))),
    tag(0x02, Buffer.from([1])),
    sequence(oid(ECDSA_WITH_SHA256)),
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tag(0xa3, extensions),
  );
}

function signed(key: KeyObject, body: Buffer): Buffer {
  const signature = sign("sha256", body, key);
  return sequence(
    body,
    sequence(oid(ECDSA_WITH_SHA256)),
    tag(0x03, Buffer.concat([Buffer.of(0), signature])),
  );
}

function tag(number: number, content: Buffer): Buffer {
  const length = content.length;
  const header =
    length < 0x80
      ? [number, length]
      : length < 0x100
        ? [number, 0x81, length]
        : [number, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tag(0x30, Buffer.concat(parts));
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), tag(0x04, value));
const time = (at: number): Buffer =>
  tag(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replaceAll(/[-:T]/g, "")}Z`));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const septets = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tag(0x06, Buffer.from(bytes));
}
