// SPDX-License-Identifier: MIT
// `errorfile`. HAProxy 2.6's manual, 4.2 and 2.8.
#include "config/forms.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

constexpr unsigned kRequestTimeout = 408;

// HAProxy closes without an answer then.
void read_no_page(unsigned status, const Line& line, Ledger& ledger) {
  if (status == kRequestTimeout) {
    return ledger.needs_nothing(line, "a connection without a request is closed without an answer");
  }
  ledger.cannot(line, "who is refused gets an answer; its page may be short");
}

}  // namespace

void read_error_page(Proxy& proxy, const Line& line, const Reading& reading) {
  Ledger& ledger = reading.ledger;
  auto status = parse_number(line.word(1));
  if (!status || *status < 200 || *status > 599)
    return ledger.cannot(line, "a status is 200 to 599");
  const auto code = static_cast<unsigned>(*status);
  const std::string file(line.word(2));
  if (file.empty()) return ledger.cannot(line, "its file is missing");
  if (file == "/dev/null") return read_no_page(code, line, ledger);
  if (auto complaint = config::check_file_path(file)) {
    return ledger.cannot(line, complaint->what + "; " + complaint->remedy);
  }
  if (std::string why = why_unfit(file); !why.empty()) return ledger.cannot(line, why);
  ledger.understood(line);
  proxy.error_pages[code] = {text_value(file), {&line}};
}

}  // namespace stickler::haproxy
