// SPDX-License-Identifier: MIT
// The session cookie's value as HAProxy writes it: "server", "server|LLLLL" or
// "server|LLLLL|FFFFF". A date counts units of four seconds since 1970, rounded up, as five digits
// of base 64.
const kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Seconds since 1970.
export function now() {
  return Math.floor(Date.now() / 1000);
}

export function encodeDate(seconds) {
  let units = Math.floor((seconds + 3) / 4);
  let text = "";
  for (let i = 0; i < 5; ++i) {
    text = kDigits[units % 64] + text;
    units = Math.floor(units / 64);
  }
  return text;
}

export function decodeDate(text) {
  return [...text].reduce((units, digit) => units * 64 + kDigits.indexOf(digit), 0) * 4;
}

// { server, last, first, lastSeen }: dates as written, and the last one in seconds.
export function decodeCookie(value) {
  const [server, last, first] = value.split("|");
  return { server, last, first, lastSeen: last && decodeDate(last) };
}
