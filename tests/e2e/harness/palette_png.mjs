// SPDX-License-Identifier: MIT
// Screenshots small enough to be kept: the 256 colours that are most frequent, others as the next
// of them. A page of text has hardly more. (PNG: RFC 2083.)
import { deflateSync, inflateSync } from "node:zlib";

const kSignature = 8;
const kPalette = 256;

// `png`: 8 bits a colour and no alpha, not interlaced, as Chromium writes it.
export function withPalette(png) {
  const { width, height, pixels } = decode(png);
  const colours = new Map();
  for (const colour of pixels) colours.set(colour, (colours.get(colour) ?? 0) + 1);
  const palette = [...colours].sort(([, a], [, b]) => b - a).slice(0, kPalette)
    .map(([colour]) => colour);
  const places = new Map([...colours.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc((width + 1) * height); // each begins with "no filter"
  pixels.forEach((colour, i) => {
    rows[i + 1 + Math.floor(i / width)] = places.get(colour);
  });
  return encode(width, height, palette, rows);
}

function parts(colour) {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function nearest(palette, colour) {
  const exact = palette.indexOf(colour);
  if (exact >= 0) return exact;
  const wanted = parts(colour);
  const far = palette.map((other) =>
    parts(other).reduce((sum, part, i) => sum + (part - wanted[i]) ** 2, 0));
  return far.indexOf(Math.min(...far));
}

function decode(png) {
  const data = [];
  let width = 0;
  let height = 0;
  for (let at = kSignature; at < png.length;) {
    const size = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    if (type === "IHDR") [width, height] = [png.readUInt32BE(at + 8), png.readUInt32BE(at + 12)];
    if (type === "IDAT") data.push(png.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * 3, height);
  const pixels = Array.from({ length: width * height }, (_, i) => bytes.readUIntBE(i * 3, 3));
  return { width, height, pixels };
}

// RFC 2083, 6: each row says how it was told from its neighbours: left, above, both.
function unfilter(filtered, stride, height) {
  const bytes = Buffer.alloc(stride * height);
  for (let y = 0; y < height; ++y) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; ++x) {
      const at = y * stride + x;
      const left = x >= 3 ? bytes[at - 3] : 0;
      const above = y > 0 ? bytes[at - stride] : 0;
      const corner = x >= 3 && y > 0 ? bytes[at - stride - 3] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      bytes[at] = filtered[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return bytes;
}

function paeth(left, above, corner) {
  const [a, b, c] = [left, above, corner].map((it) => Math.abs(left + above - corner - it));
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function encode(width, height, palette, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // eight bits, by a palette
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap(parts))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

// Of a chunk (RFC 2083, 15).
function checksum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; ++bit) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(checksum(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
