// SPDX-License-Identifier: MIT
// /git/ of the stand-in instance: real `git http-backend` over CGI. Only the instance beside the
// git-bridge has repositories.
import { spawn } from "node:child_process";
import { once } from "node:events";

export async function gitBackend({ instance, request, response, url }) {
  if (!instance.gitRoot) {
    instance.complain(`git came to ${instance.name}: ${request.method} ${request.url}`);
    request.resume();
    response.writeHead(500).end("git at the wrong instance\n");
    return;
  }
  const cgi = spawn("git", ["http-backend"], { env: environment(instance, request, url) });
  cgi.stderr.on("data", (text) => instance.complain(`git http-backend: ${text}`));
  cgi.stdin.on("error", () => {}); // it may end without reading everything
  request.pipe(cgi.stdin);
  const { head, rest } = await readCgiHead(cgi.stdout);
  for (const [name, value] of head) {
    if (name === "Status") response.statusCode = parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.write(rest);
  cgi.stdout.pipe(response);
  await once(response, "close");
  cgi.kill();
}

function environment({ gitRoot }, { method, headers }, url) {
  const names = {
    CONTENT_TYPE: headers["content-type"],
    CONTENT_LENGTH: headers["content-length"],
    HTTP_CONTENT_ENCODING: headers["content-encoding"],
    GIT_PROTOCOL: headers["git-protocol"],
  };
  const present = Object.entries(names).filter(([, value]) => value !== undefined);
  return {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: gitRoot,
    GIT_HTTP_EXPORT_ALL: "1",
    // Repositories of tests may belong to another user than the one who runs this.
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    REMOTE_USER: "editor",
    REQUEST_METHOD: method,
    PATH_INFO: url.pathname.replace(/^\/git/, ""),
    QUERY_STRING: url.search.slice(1),
    ...Object.fromEntries(present),
  };
}

async function readCgiHead(stdout) {
  let text = Buffer.alloc(0);
  while (!text.includes("\r\n\r\n")) {
    const part = stdout.read();
    if (part) text = Buffer.concat([text, part]);
    else if (stdout.readableEnded) throw new Error("git http-backend ended without a head");
    else await Promise.race([once(stdout, "readable"), once(stdout, "end")]);
  }
  const end = text.indexOf("\r\n\r\n");
  const lines = text.subarray(0, end).toString().split("\r\n");
  const head = lines.map((line) => line.split(/: */, 2));
  return { head, rest: text.subarray(end + 4) };
}
