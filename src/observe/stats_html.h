// SPDX-License-Identifier: MIT
// The statistics page for people: one HTML document that asks for nothing else, works without
// JavaScript and shrinks to a phone. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "observe/stats_options.h"
#include "observe/stats_snapshot.h"
#include "observe/stats_warnings.h"

namespace stickler::observe {

struct PageView {
  const StatsSnapshot& stats;  // narrowed to what is asked for
  const std::vector<StatsWarning>& warnings;
  const StatsOptions& options;
  const config::Page& page;
};

std::string stats_html(const PageView& view);

// The page's style sheet, as it stands within its <style>.
std::string_view stats_style();

}  // namespace stickler::observe
