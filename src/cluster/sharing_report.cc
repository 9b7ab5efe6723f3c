// SPDX-License-Identifier: MIT
#include "cluster/sharing_report.h"

namespace stickler::cluster {

std::string_view name_of(SharingReport::State state) {
  switch (state) {
    case SharingReport::State::alone:
      return "alone";
    case SharingReport::State::settling:
      return "settling";
    case SharingReport::State::shared:
      return "shared";
  }
  return "";
}

}  // namespace stickler::cluster
