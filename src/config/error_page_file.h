// SPDX-License-Identifier: MIT
// One file with an error page: HTML, text or JSON by its name; or, whatever its name, HAProxy's
// form, a whole answer: "HTTP/1.0 503 …", fields, an empty line, the body. Loading thread only.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "config/schema.h"

namespace stickler::config {

struct ReadPage {
  ErrorPage page;
  std::string unused;  // what of a whole answer is not sent, as "its field X"; "" : nothing
};

// The complaint lacks the file's name: "cannot be read: …".
Result<ReadPage, Complaint> read_error_page(const std::filesystem::path& file, unsigned status);

// Whether its name says that it is a page: 503.html, .htm, .txt, .json, .http. Then that number.
std::optional<unsigned> status_named(const std::filesystem::path& file);

}  // namespace stickler::config
