// SPDX-License-Identifier: MIT
#include <cstdint>

#include "head_fuzz.h"

namespace {

using namespace stickler::http;
using namespace stickler::http::testing;

ParseStatus parse(RequestParser& parser, std::string_view bytes) { return parser.parse(bytes); }

void demand_sound(const RequestParser& parser, std::string_view bytes) {
  const RequestHead& head = parser.head();
  demand(parser.head_size() <= bytes.size(), "head within its bytes");
  demand(head.path_and_query().size() <= head.target.size() + 1, "path within the target");
  demand(head.version_minor == 0 || !head.authority.empty(), "1.1 names a host");

  char line[HeadLimits{}.head];
  HeadWriter writer(line, sizeof line);
  writer.request_line(head.method_text, head.target, head.version_minor);
  demand_same_rewritten(parser, writer.written(), parse);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  demand_same_piecemeal<RequestParser>(bytes, parse);
  demand_no_objection(judge_request(bytes));
  RequestParser parser{HeadLimits{}};
  if (parser.parse(bytes) == ParseStatus::complete) demand_sound(parser, bytes);
  return 0;
}
