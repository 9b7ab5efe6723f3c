// SPDX-License-Identifier: MIT
// The record of a tunnel while that is open. There may be thousands of idle ones, so it is written
// down in a third of its memory, most of which would be names, and numbers that are small or 0.
#pragma once

#include <memory>

#include "proxy/exchange_record.h"

namespace stickler::proxy {

class ParkedRecord {
 public:
  ParkedRecord() = default;
  explicit ParkedRecord(const ExchangeRecord& record);

  // The same again. Names in it live as long as those of the record that was parked, as the
  // configuration does; its request line, as long as this. Nothing of a record if none was parked.
  ExchangeRecord unpark() const;

 private:
  std::unique_ptr<char[]> bytes_;
  std::shared_ptr<const TlsFacts> tls_facts_;
};

}  // namespace stickler::proxy
