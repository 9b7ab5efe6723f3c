// SPDX-License-Identifier: MIT
#include "http/hop_by_hop.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "base/strings.h"

namespace stickler::http {
namespace {

// The names, in order, of the fields that stay when these lines are forwarded.
std::string forwarded(std::initializer_list<std::string_view> lines) {
  std::vector<Field> fields;
  for (std::string_view line : lines) {
    const std::string_view name = take_until(line, ':');
    fields.push_back({name, line.empty() ? line : line.substr(1), field_id(name)});
  }
  const HopByHop hop(fields);
  std::string names;
  for (const Field& field : fields) {
    if (!hop.drops(field)) names.append(names.empty() ? "" : " ").append(field.name);
  }
  return names;
}

TEST(AHop, EndsTheFieldsThatAreAboutTheConnection) {
  EXPECT_EQ(forwarded({"Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: x", "A: b",
                       "TE: trailers", "Trailer: X", "Transfer-Encoding: chunked", "Upgrade: u"}),
            "A");
}

TEST(AHop, EndsTheFieldsThatConnectionNames) {
  EXPECT_EQ(forwarded({"X-a: 1", "Connection: x-A , ,keep-alive", "connection: B", "b: 2", "c: 3"}),
            "c");
}

TEST(AHop, KeepsFieldsWhoseNamesAreOnlyPartlyNamed) {
  EXPECT_EQ(forwarded({"Connection: ab", "a: 1", "abc: 2"}), "a abc");
}

TEST(AHop, KeepsWhatDecidesAtTheNextHopEvenIfConnectionNamesIt) {
  for (const char* name : {"Host", "content-length", "Cookie", "Set-Cookie", "Cache-Control",
                           "Authorization", "Forwarded", "X-Forwarded-For", "x-forwarded-proto",
                           "X-Forwarded-Host", "X-Forwarded-Anything"}) {
    const std::string connection = std::string("Connection: ") + name;
    EXPECT_EQ(forwarded({connection, std::string(name) + ": x"}), name);
  }
}

TEST(AHop, EndsTransferEncodingWhetherNamedOrNot) {
  EXPECT_EQ(forwarded({"Transfer-Encoding: chunked"}), "");
  EXPECT_EQ(forwarded({"Transfer-Encoding: chunked", "Connection: transfer-encoding"}), "");
}

}  // namespace
}  // namespace stickler::http
