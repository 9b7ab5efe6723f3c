// SPDX-License-Identifier: MIT
// The reference of all settings, made from the rows of the schema: it cannot say anything else than
// what is read. Pure; any thread.
#pragma once

#include <string>

namespace stickler::config {

// In Markdown: docs/configuration.md is this text.
std::string configuration_reference();

// As stickler.conf(5), in the language of scdoc, which makes a man page of it.
std::string configuration_man_page();

}  // namespace stickler::config
