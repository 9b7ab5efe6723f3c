// SPDX-License-Identifier: MIT
// Uploads to the stand-in instance: hashed as they come, refused beyond the instance's own limit.
import { createHash } from "node:crypto";

const kLargest = 50 * 2 ** 20; // the instance's nginx: client_max_body_size 50m

export async function receiveUpload({ instance, request, response }) {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > kLargest) return refuse(response);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of request) {
    hash.update(part);
    bytes += part.length;
    if (bytes > kLargest) return refuse(response);
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ instance: instance.name, bytes, sha256: hash.digest("hex") }));
}

function refuse(response) {
  response.writeHead(413, { Connection: "close" }).end("file too large\n");
}
