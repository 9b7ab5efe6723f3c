// SPDX-License-Identifier: MIT
#include <cstdint>

#include "head_fuzz.h"

namespace {

using namespace stickler::http;
using namespace stickler::http::testing;

void test(std::string_view bytes, Method request) {
  const auto parse = [request](ResponseParser& parser, std::string_view part) {
    return parser.parse(part, request);
  };
  demand_same_piecemeal<ResponseParser>(bytes, parse);
  demand_no_objection(judge_response(bytes, request));

  ResponseParser parser{HeadLimits{}};
  if (parser.parse(bytes, request) != ParseStatus::complete) return;
  const ResponseHead& head = parser.head();
  demand(head.status >= 100 && head.status <= 599, "status in range");
  if (head.reason.empty()) return;  // the writer would fill one in
  char line[HeadLimits{}.head];
  HeadWriter writer(line, sizeof line);
  writer.status_line(head.status, head.reason, head.version_minor);
  demand_same_rewritten(parser, writer.written(), parse);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (Method request : {Method::get, Method::head, Method::connect}) test(bytes, request);
  return 0;
}
