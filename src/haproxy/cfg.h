// SPDX-License-Identifier: MIT
// The sections of a haproxy.cfg, and which `defaults` each inherits from. Knows no directive inside
// a section. HAProxy 2.6's configuration manual, 4. Pure; any thread.
#pragma once

#include <deque>
#include <string>

#include "haproxy/cfg_reader.h"

namespace stickler::haproxy {

struct Section {
  enum class Kind { global, defaults, frontend, backend, listen, other };
  Kind kind = Kind::other;
  std::string name;
  const Line* header = nullptr;
  Lines lines;                        // its own
  const Section* defaults = nullptr;  // what it inherits from; may inherit itself
  std::string missing_defaults;       // behind `from`, but there is no such section above

  bool is_proxy() const {
    return kind == Kind::frontend || kind == Kind::backend || kind == Kind::listen;
  }
};

struct Cfg {
  std::deque<Section> sections;
  Lines outside;      // before the first section
  Lines conditional;  // .if … .endif, with what stands between
};

// Views `lines`.
Cfg read_sections(const std::deque<Line>& lines);

// What the section inherits, the farthest first. Its own lines follow in `section.lines`.
Lines inherited_lines(const Section& section);

}  // namespace stickler::haproxy
