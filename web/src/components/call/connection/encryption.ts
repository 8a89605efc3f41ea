import type { ConnectionFigures } from "../../../call/types";

/** The wire's version numbers (RFC 6347, 4.1; RFC 9147, 5.3). */
const versions: Readonly<Record<string, string>> = { FEFD: "1.2", FEFC: "1.3" };

/** The names that experts look for, which are the same in every language. Undefined when nothing is known. */
export function describeEncryption({
  srtpCipher,
  tlsVersion,
}: ConnectionFigures["encryption"]): string | undefined {
  const version = versions[tlsVersion?.toUpperCase() ?? ""];
  const parts = [
    version === undefined ? undefined : `DTLS ${version}`,
    // "SRTP_AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80": by name of the profile, with or without its prefix.
    srtpCipher && `SRTP ${srtpCipher.replace(/^SRTP_/, "").replaceAll("_", "-")}`,
  ].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? undefined : parts.join(", ");
}
