// SPDX-License-Identifier: MIT
#include "http/chunked.h"

#include <gtest/gtest.h>

#include <vector>

namespace stickler::http {
namespace {

using Status = ChunkedDecoder::Status;

// What decoding `body` gives if it arrives in pieces that end at `ends`: payload, trailers and what
// is left, or the error.
std::string decoded(std::string_view body, const std::vector<std::size_t>& ends) {
  ChunkedDecoder decoder;
  std::string payload;
  std::size_t begin = 0;
  for (std::size_t end : ends) {
    std::string piece(body.substr(begin, end - begin));
    const auto step = decoder.decode(piece.data(), piece.size());
    payload += piece.substr(0, step.payload);
    begin += step.consumed;
    if (step.status == Status::failed) return decoder.error();
    if (step.status == Status::done) {
      return payload + "|" + std::string(decoder.trailers()) + "|" +
             std::string(body.substr(begin));
    }
    EXPECT_EQ(begin, end);
  }
  return "more";
}

std::string decoded(std::string_view body) { return decoded(body, {body.size()}); }

// The verdict on one line before five bytes of data.
std::string with_line(std::string_view line) {
  return decoded(std::string(line) + "hello\r\n0\r\n\r\n");
}

const std::vector<std::string> kBodies = {
    "0\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\nGET /next",
    "5\r\nhello\r\n6\r\n world\r\n1\r\n!\r\n0\r\n\r\n",
    "A;x=\"a;\\\"b\";y\r\n0123456789\r\n0;z=1\r\nX-Sum: 1\r\nY:\r\n\r\nrest",
    "3\r\nabcd\r\n0\r\n\r\n",
    "3\r\nabc\n0\r\n\r\n",
    "3\r\nabc\r\n0\r\nHost: h\r\n\r\n",
    "3\r\nabc\r\n0\r\n folded\r\n\r\n",
    "3;\r\nabc\r\n0\r\n\r\n",
    "xyz",
};

TEST(AChunkedBody, IsItsChunksTogether) {
  EXPECT_EQ(decoded("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), "hello world||");
}

TEST(AChunkedBody, EndsBeforeTheNextMessage) {
  EXPECT_EQ(decoded("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1"), "a||GET / HTTP/1.1");
}

TEST(AChunkedBody, HandsOnItsTrailersWithoutTheEmptyLine) {
  EXPECT_EQ(decoded("0\r\nA: b\r\nC: d\r\n\r\nrest"), "|A: b\r\nC: d\r\n|rest");
}

TEST(AChunkedBody, IsTheSameWhereverItIsSplitInThree) {
  for (const std::string& body : kBodies) {
    const std::string whole = decoded(body);
    for (std::size_t first = 0; first <= body.size(); ++first) {
      for (std::size_t second = first; second <= body.size(); ++second) {
        EXPECT_EQ(decoded(body, {first, second, body.size()}), whole) << first << " " << second;
      }
    }
  }
}

TEST(AChunkedBody, IsTheSameByteByByte) {
  for (const std::string& body : kBodies) {
    std::vector<std::size_t> ends;
    for (std::size_t end = 1; end <= body.size(); ++end) ends.push_back(end);
    EXPECT_EQ(decoded(body, ends), decoded(body));
  }
}

TEST(AChunkedBody, MayHaveSizesOfUpTo16DigitsWithin63Bits) {
  EXPECT_EQ(with_line("0000000000000005\r\n"), "hello||");
  EXPECT_EQ(with_line("00000000000000005\r\n"), "invalid chunk size");
  EXPECT_EQ(with_line("7FffFFFFFFFFFFFF\r\n"), "more");
  EXPECT_EQ(with_line("8000000000000000\r\n"), "invalid chunk size");
}

TEST(AChunkedBody, MustNotHaveSizesOtherThanHexDigits) {
  for (const char* size : {"", "+5", "-5", "0x5", " 5", "5 ", "5\t", "zz", "5,", "\n"}) {
    EXPECT_EQ(with_line(std::string(size) + "\r\n"), "invalid chunk size") << size;
  }
}

TEST(AChunkedBody, MayHaveExtensionsWhichAreDropped) {
  for (const char* extension :
       {";a", ";a=b", ";a=\"b\"", ";a;b=c;d=\"\"", ";a=\"\\\"\t;\r\"", ";a=\"\xff\";b"}) {
    const bool sound = std::string_view(extension).find('\r') == std::string_view::npos;
    EXPECT_EQ(with_line(std::string("5") + extension + "\r\n"),
              sound ? "hello||" : "invalid chunk extension");
  }
}

TEST(AChunkedBody, MustNotHaveMalformedExtensions) {
  for (const char* extension : {";", ";=b", ";a=", ";a=\"b", ";a=\"b\"c", "; a", ";a ;b", ";a= b",
                                ";a\n", ";a=\"\n\"", ";a=\"\x01\"", ";a=\"\\\x01\"", ";a=\x80"}) {
    EXPECT_EQ(with_line(std::string("5") + extension + "\r\n"), "invalid chunk extension")
        << extension;
  }
}

TEST(AChunkedBody, MustEndLinesByCrlf) {
  EXPECT_EQ(with_line("5\n"), "invalid chunk size");
  EXPECT_EQ(with_line("5\r\r\n"), "bare CR in chunk line");
  EXPECT_EQ(decoded("1\r\na\n"), "chunk data without line end");
  EXPECT_EQ(decoded("1\r\na\rb"), "chunk data without line end");
  EXPECT_EQ(decoded("1\r\nab"), "chunk data without line end");
  EXPECT_EQ(decoded("0\r\n\n"), "bare LF");
  EXPECT_EQ(decoded("0\r\n\rX"), "bare CR");
}

TEST(AChunkedBody, MustNotHaveMoreThan8kBOfExtensionsInAll) {
  const std::string extension = ";" + std::string(4095, 'a');  // with the CR behind: 4 kB
  const std::string chunk = "1" + extension + "\r\nx\r\n";
  EXPECT_EQ(decoded(chunk + chunk + "0\r\n\r\n"), "xx||");
  EXPECT_EQ(decoded(chunk + chunk + "0;a\r\n\r\n"), "chunk extensions too long");
}

TEST(AChunkedBody, MustNotHaveMoreThan8kBOfTrailers) {
  const auto with_value_of = [](std::size_t size) {
    return decoded("0\r\nA:" + std::string(size, 'b') + "\r\n\r\n");
  };
  const std::size_t most = 8192 - std::string_view("A:\r\n\r\n").size();
  EXPECT_EQ(with_value_of(most).substr(0, 3), "|A:");
  EXPECT_EQ(with_value_of(most + 1), "trailers too long");
  EXPECT_EQ(with_value_of(100000), "trailers too long");
}

TEST(AChunkedBody, MustNotHaveTrailersThatBelongIntoTheHead) {
  for (const char* name : {"Content-Length", "transfer-encoding", "HOST", "Connection", "Cookie",
                           "Set-Cookie", "Authorization", "X-Forwarded-For", "Trailer"}) {
    EXPECT_EQ(decoded(std::string("0\r\n") + name + ": x\r\n\r\n"), "forbidden trailer field");
  }
}

TEST(AChunkedBody, MustNotHaveMalformedTrailers) {
  EXPECT_EQ(decoded("0\r\nA : b\r\n\r\n"), "white space before colon");
  EXPECT_EQ(decoded("0\r\nA: b\r\n c\r\n\r\n"), "folded field line");
  EXPECT_EQ(decoded("0\r\nA: \x01\r\n\r\n"), "control character in field value");
}

TEST(AChunkedDecoder, TakesNothingMoreAfterTheEnd) {
  ChunkedDecoder decoder;
  std::string body = "0\r\n\r\nnext";
  decoder.decode(body.data(), body.size());
  const auto step = decoder.decode(body.data(), body.size());
  EXPECT_EQ(step.status, Status::done);
  EXPECT_EQ(step.consumed, 0u);
}

TEST(AChunkedDecoder, StartsAgainAfterReset) {
  ChunkedDecoder decoder;
  std::string first = "0\r\nA: b\r\n\r\n";
  std::string second = "1\r\na\r\n0\r\nC: d\r\n\r\n";
  decoder.decode(first.data(), first.size());
  decoder.reset();
  EXPECT_EQ(decoder.decode(second.data(), second.size()).payload, 1u);
  EXPECT_EQ(decoder.trailers(), "C: d\r\n");
}

TEST(AChunkSize, IsWrittenAsHexDigitsAndLineEnd) {
  char out[18];
  EXPECT_EQ(std::string_view(out, write_chunk_size(out, 0)), "0\r\n");
  EXPECT_EQ(std::string_view(out, write_chunk_size(out, 8000)), "1f40\r\n");
  EXPECT_EQ(std::string_view(out, write_chunk_size(out, ~std::uint64_t{0})),
            "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace stickler::http
