// SPDX-License-Identifier: MIT
// Time limits: those of a `defaults` section as the file's, and those of a section that differ as
// its own.
#pragma once

#include <deque>

#include "haproxy/draft.h"
#include "haproxy/proxy.h"

namespace stickler::haproxy {

class Timeouts {
 public:
  explicit Timeouts(const std::deque<Proxy>& proxies);

  void write_common(Draft& timeouts) const { timeouts.set_all(common_); }
  void write_listener(const Proxy& proxy, Draft& timeouts) const;
  void write_backend(const Proxy& proxy, Draft& timeouts) const;

 private:
  Settings common_;
};

}  // namespace stickler::haproxy
