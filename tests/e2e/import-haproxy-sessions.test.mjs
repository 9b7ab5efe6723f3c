// SPDX-License-Identifier: MIT
// On what import-haproxy makes of the guide's haproxy.cfg: session cookies, checks, and what
// administrators see and do (the tests are those of other suites: harness/imported_suites.mjs).
import { declareImported, kImported } from "./harness/imported_suites.mjs";

await declareImported(kImported.sessions);
