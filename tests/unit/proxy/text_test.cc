// SPDX-License-Identifier: MIT
// The small things that heads and bodies are written with.
#include <gtest/gtest.h>

#include <vector>

#include "proxy/chunk_frame.h"
#include "proxy/field_list.h"
#include "proxy/text_arena.h"

namespace stickler::proxy {
namespace {

TEST(TextArena, KeepsEveryTextUntilItIsCleared) {
  TextArena arena;
  std::vector<std::pair<std::string, std::string_view>> kept;
  for (std::size_t size : {0U, 1U, 5000U, 5000U, 8192U, 20'000U, 3U, 8191U}) {
    std::string text(size, static_cast<char>('a' + kept.size()));
    kept.emplace_back(text, arena.keep(text));
  }
  for (const auto& [text, view] : kept) EXPECT_EQ(view, text);
}

TEST(TextArena, UsesItsMemoryAgain) {
  TextArena arena;
  const char* first = arena.keep("first").data();
  arena.keep(std::string(20'000, 'x'));
  arena.clear();
  EXPECT_EQ(arena.keep("again").data(), first);
}

std::string joined(const net::Flight& flight) {
  return std::string(flight[0]).append(flight[1]).append(flight[2]);
}

TEST(ChunkFrame, FramesAPieceAndTheEnd) {
  std::string text;
  EXPECT_EQ(joined(chunk_frame("hello", false, {}, text)), "5\r\nhello\r\n");
  EXPECT_EQ(joined(chunk_frame("hello", true, {}, text)), "5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(joined(chunk_frame("", true, {}, text)), "0\r\n\r\n");
  EXPECT_EQ(joined(chunk_frame("x", true, "A: b\r\n", text)), "1\r\nx\r\n0\r\nA: b\r\n\r\n");
}

TEST(ChunkFrame, NeverEndsABodyByAnEmptyPiece) {
  std::string text;
  EXPECT_EQ(joined(chunk_frame("", false, "A: b\r\n", text)), "");
}

TEST(ChunkFrame, CopiesNoPayload) {
  std::string text;
  std::string payload(100'000, 'x');
  net::Flight flight = chunk_frame(payload, true, {}, text);
  EXPECT_EQ(flight[0], "186a0\r\n");
  EXPECT_EQ(flight[1].data(), payload.data());
}

class FieldEdits : public testing::Test {
 protected:
  FieldEdits() {
    for (auto [name, value] : {std::pair{"A", "1"}, {"B", "2"}, {"a", "3"}})
      fields_.add(name, value);
    variables_.client = "10.0.0.1";
    variables_.server = "s1";
  }
  std::string edited() {
    apply_edits(edits_, variables_, fields_);
    std::string text;
    for (const http::Field& field : fields_.fields()) {
      text.append(field.name).append(":").append(field.value).append(" ");
    }
    return text;
  }
  FieldList fields_;
  config::FieldEdits edits_;
  Variables variables_;
};

TEST_F(FieldEdits, RemoveEveryFieldOfANameInAnyCase) {
  edits_.remove = {"a", "C"};
  EXPECT_EQ(edited(), "B:2 ");
}

TEST_F(FieldEdits, SetReplacesAllAndStandsAtTheEnd) {
  edits_.set = {{"A", "new"}};
  EXPECT_EQ(edited(), "B:2 A:new ");
}

TEST_F(FieldEdits, AddKeepsWhatIsThere) {
  edits_.add = {{"A", "new"}};
  EXPECT_EQ(edited(), "A:1 B:2 a:3 A:new ");
}

TEST_F(FieldEdits, AreAppliedInTheOrderRemoveSetAdd) {
  edits_.remove = {"A", "B"};
  edits_.set = {{"A", "set"}};
  edits_.add = {{"A", "add"}};
  EXPECT_EQ(edited(), "A:set A:add ");
}

TEST_F(FieldEdits, ReplaceVariables) {
  edits_.remove = {"A", "B"};
  edits_.set = {{"X", "<${client}|${server}>"}, {"Y", "${server}"}};
  EXPECT_EQ(edited(), "X:<10.0.0.1|s1> Y:s1 ");
}

TEST_F(FieldEdits, LeaveOutWhatNeedsAVariableWithoutValue) {
  edits_.remove = {"A", "B"};
  edits_.set = {{"X", "${route}"}, {"Y", "a${server}b${route}"}, {"Z", "${unknown}"}};
  EXPECT_EQ(edited(), "");
}

TEST_F(FieldEdits, LeaveDollarsThatNameNoVariable) {
  edits_.remove = {"A", "B"};
  edits_.set = {{"X", "$5"}, {"Y", "${"}, {"Z", "${server}${"}};
  EXPECT_EQ(edited(), "X:$5 Y:${ Z:s1${ ");
}

TEST_F(FieldEdits, KnowEveryVariable) {
  variables_ = {"c", "s", "b", "r", "l", "http", "h", "v", "i"};
  edits_.remove = {"A", "B"};
  edits_.set = {{"X", "${client}${server}${backend}${route}${listener}${scheme}${host}"},
                {"Y", "${tls_version}${request_id}"}};
  EXPECT_EQ(edited(), "X:csbrlhttph Y:vi ");
}

}  // namespace
}  // namespace stickler::proxy
