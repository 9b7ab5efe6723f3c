// SPDX-License-Identifier: MIT
// `stickler check`: is this configuration right? Reads, reports, changes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/load.h"

namespace stickler::app {

struct CheckOptions {
  bool warnings_as_errors = false;
  bool json = false;
  bool quiet = false;  // nothing is written if the file is good
};

// The exit code: 0 good, 1 not. Findings go to standard output.
int command_check(const std::vector<std::filesystem::path>& files, const CheckOptions& options);

// Every finding and the last line, for people; `run` and `reload` print the same.
std::string report_for_people(const config::LoadResult& result, bool colour);

// {"ok": …, "file": …, "diagnostics": [{"severity", "file", "line", "column", "message", …}]}
std::string report_as_json(const config::LoadResult& result);

// Whether `descriptor` is a terminal that may be coloured (https://no-color.org).
bool wants_colour(int descriptor);

}  // namespace stickler::app
