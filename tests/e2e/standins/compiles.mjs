// SPDX-License-Identifier: MIT
// Compiles of the stand-in instance: their output is kept in the memory of the instance that made
// it, and asking another one for it is an error of the balancer.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

// POST …/compile?ms=N: takes that long, without a byte meanwhile, as clsi does.
export async function compile({ instance, request, response, url, parts: [project] }) {
  request.resume();
  await pause(Number(url.searchParams.get("ms") ?? 0));
  const build = `${randomBytes(8).toString("hex")}-${instance.name}`;
  const pdf = Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(64 * 1024)]);
  instance.builds.set(`${project}/${build}`, {
    "output.pdf": pdf,
    "output.log": Buffer.from(`This is a log made by ${instance.name}\n`),
  });
  const outputFiles = ["output.pdf", "output.log"].map((path) => {
    return { path, url: `/project/${project}/output/${build}/${path}` };
  });
  instance.tell({ event: "compiled", build, aborted: response.destroyed });
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ status: "success", instance: instance.name, build, outputFiles }));
}

export function output({ instance, response, parts: [project, build, file] }) {
  const files = instance.builds.get(`${project}/${build}`);
  if (!files) {
    instance.complain(`output of build ${build} was asked of ${instance.name}`);
    response.writeHead(404).end(`no build ${build} at ${instance.name}\n`);
    return;
  }
  const type = file.endsWith("pdf") ? "application/pdf" : "text/plain";
  response.writeHead(200, { "Content-Type": type, "Content-Length": files[file].length });
  response.end(files[file]);
}
