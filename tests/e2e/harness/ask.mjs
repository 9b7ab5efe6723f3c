// SPDX-License-Identifier: MIT
// One request over plain HTTP and its whole answer, whatever it is: for tests that ask much, of
// many ports.
import http from "node:http";
import { within } from "./wait.mjs";

// { status, get(name), text, json, node }: `node` is the instance that answered. Over a connection
// of its own, unless there is an `agent`.
export async function ask(port, target, {
  method = "GET", headers = {}, body, limit, agent = false,
} = {}) {
  const words = body === undefined ? undefined : JSON.stringify(body);
  const request = http.request({ host: "127.0.0.1", port, path: target, method, headers, agent });
  const answer = new Promise((resolve, reject) => {
    request.on("response", (response) => collect(response).then(resolve, reject));
    request.on("error", reject);
  });
  request.end(words);
  try {
    return await within(answer, `the answer to ${method} ${target}`, limit);
  } catch (error) {
    request.destroy();
    throw error;
  }
}

export function post(port, target, body, options) {
  return ask(port, target, { method: "POST", body, ...options });
}

async function collect(response) {
  const parts = [];
  for await (const part of response) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return {
    status: response.statusCode,
    node: response.headers["x-instance"],
    get: (name) => response.headers[name],
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}
