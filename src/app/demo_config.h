// SPDX-License-Identifier: MIT
// The demo's configuration, as text: what an administrator would write, read by the same loader.
#pragma once

#include <string>
#include <vector>

#include "app/demo_fleet.h"

namespace stickler::app {

struct DemoAddresses {
  unsigned https_port = 0;
  unsigned http_port = 0;
  std::string certificate;  // a PEM file with its key
  std::string socket;       // where `stickler explain` may ask
};

std::string demo_configuration(const DemoAddresses& addresses,
                               const std::vector<DemoFleet::Member>& servers);

}  // namespace stickler::app
