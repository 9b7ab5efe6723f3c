// SPDX-License-Identifier: MIT
#include "observe/captured_errors.h"

#include <gtest/gtest.h>

namespace stickler::observe {
namespace {

proxy::BadMessage message(std::string_view bytes, std::size_t position) {
  proxy::BadMessage bad;
  bad.listener = "web";
  bad.what = "bare CR";
  bad.bytes = bytes;
  bad.position = position;
  return bad;
}

TEST(CapturedErrors, KeepsTheNewestFirst) {
  CapturedErrors errors;
  for (std::size_t i = 0; i < CapturedErrors::kKept + 2; ++i) errors.note(message("GET", i));
  ASSERT_EQ(errors.all().size(), CapturedErrors::kKept);
  EXPECT_EQ(errors.count(), CapturedErrors::kKept + 2);
  EXPECT_EQ(errors.all().front().number, CapturedErrors::kKept + 1);
  EXPECT_EQ(errors.all().front().position, CapturedErrors::kKept + 1);
}

TEST(CapturedErrors, KeepsTheBytesAroundThePlace) {
  std::string bytes(10'000, 'a');
  bytes[9000] = '\r';
  CapturedErrors errors;
  errors.note(message(bytes, 9000));
  errors.note(message(bytes, 10));
  const CapturedError far = errors.all()[1];
  EXPECT_EQ(far.received, 10'000U);
  EXPECT_LE(far.bytes.size(), CapturedErrors::kBytes);
  EXPECT_EQ(far.bytes[far.position - far.first], '\r');
  const CapturedError near = errors.all()[0];
  EXPECT_EQ(near.first, 0U);
  EXPECT_EQ(near.bytes.size(), CapturedErrors::kBytes);
}

}  // namespace
}  // namespace stickler::observe
