// SPDX-License-Identifier: MIT
#include "backend/check_answer.h"

#include <algorithm>
#include <utility>

#include "backend/interim_answers.h"
#include "base/units.h"

namespace stickler::backend {
namespace {

// Of the body that is looked through. A status page is shorter; an endless answer ends here.
constexpr std::size_t kBodyMax = 64 * 1024;

bool is_expected(const config::Check& settings, unsigned status) {
  return std::ranges::any_of(settings.expect, [status](const auto& range) {
    return range.first <= status && status <= range.second;
  });
}

}  // namespace

CheckAnswer::CheckAnswer(const config::Check& settings)
    : settings_(settings), method_(http::method_of(settings.method)), parser_(http::HeadLimits{}) {}

std::optional<Judgement> CheckAnswer::received(std::string_view bytes) {
  begun_ = true;
  input_ += bytes;
  if (status_ != 0) return judge_body();
  return judge_head();
}

std::optional<Judgement> CheckAnswer::judge_head() {
  http::ParseStatus parsed = http::ParseStatus::incomplete;
  while ((parsed = parser_.parse(input_, method_)) == http::ParseStatus::complete) {
    const std::size_t size = parser_.head_size();
    const http::BodyFraming framing = parser_.head().body;
    const unsigned status = parser_.head().status;
    input_.erase(0, size);
    parser_.reset();
    if (is_interim(status)) {
      if (++interim_ > kInterimMax) return failed("too many interim answers");
      continue;
    }
    status_ = status;
    framing_.begin(framing);
    if (!is_expected(settings_, status)) return failed("");
    if (settings_.body.empty()) return Judgement{true, status_, ""};
    return judge_body();
  }
  if (parsed == http::ParseStatus::incomplete) return std::nullopt;
  return failed(std::string("malformed answer: ") + parser_.error().what);
}

std::optional<Judgement> CheckAnswer::judge_body() {
  const http::BodyReader::Step step = framing_.feed(input_.data(), input_.size());
  body_.append(input_, 0, std::min(step.payload, kBodyMax - body_.size()));
  input_.erase(0, step.consumed);
  if (body_.find(settings_.body) != std::string::npos) return Judgement{true, status_, ""};
  if (step.failed) return failed(std::string("the body is malformed: ") + framing_.error());
  if (framing_.ended()) return failed("the body lacks \"" + settings_.body + '"');
  if (body_.size() < kBodyMax) return std::nullopt;
  return failed("the first " + format_size(kBodyMax) + " of the body lack \"" + settings_.body +
                '"');
}

Judgement CheckAnswer::ended() {
  if (status_ == 0) {
    return failed(begun_ ? "connection closed within the head of the answer"
                         : "connection closed without an answer");
  }
  if (framing_.finish()) return failed("the body lacks \"" + settings_.body + '"');
  return failed("the body was cut short");
}

Judgement CheckAnswer::failed(std::string fault) const {
  return Judgement{false, status_, std::move(fault)};
}

}  // namespace stickler::backend
