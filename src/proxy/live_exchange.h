// SPDX-License-Identifier: MIT
// An exchange that is under way, for those who ask what is going on. Lies in the exchange itself
// and shows what its record will be.
#pragma once

#include "base/intrusive_list.h"
#include "base/units.h"
#include "proxy/exchange_record.h"

namespace stickler::proxy {

struct LiveExchange : ListMember<LiveExchange> {
  LiveExchange(const ExchangeRecord& so_far, TimePoint began_at)
      : record(so_far), began(began_at) {}

  const ExchangeRecord& record;
  const TimePoint began;
};

}  // namespace stickler::proxy
