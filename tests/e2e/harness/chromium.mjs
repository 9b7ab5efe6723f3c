// SPDX-License-Identifier: MIT
// Debian's Chromium, driven by playwright-core: pages that note what a visitor would not see.
import { existsSync } from "node:fs";
import { cleanUp } from "./cleanup.mjs";
import { kLimit } from "./wait.mjs";

const kChromium = "/usr/bin/chromium";

// For scenario(): skipped where there is none.
export const kNeedsChromium =
  existsSync(kChromium) ? {} : { skip: `${kChromium} is not installed` };

// An empty page. `faults`: errors of the page and its console; `asked`: addresses it has fetched.
// `options` are playwright's for a context.
export async function newPage(t, options = {}) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: kChromium, args: ["--no-sandbox"] });
  cleanUp(t, () => browser.close());
  const page = await browser.newPage({ ignoreHTTPSErrors: true, ...options });
  page.setDefaultTimeout(2 * kLimit * Number(process.env.STICKLER_TEST_PATIENCE ?? 1));
  Object.assign(page, { faults: [], asked: [] });
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (it) => it.type() === "error" && page.faults.push(it.text()));
  page.on("request", (request) => page.asked.push(request.url()));
  return page;
}
