// SPDX-License-Identifier: MIT
// Generates messages and lets llhttp judge each that Stickler accepts. The seed is printed:
//   llhttp_trial [SEED [MESSAGES]]
#include <array>
#include <cstdio>
#include <cstdlib>

#include "llhttp_judge.h"
#include "message_generator.h"

namespace stickler::http::testing {
namespace {

constexpr std::array kMethods = {Method::get, Method::get, Method::get, Method::head,
                                 Method::connect};
constexpr int kMostObjectionsShown = 20;

class Trial {
 public:
  explicit Trial(std::uint64_t seed) : generator_(seed) {}

  void run(std::uint64_t messages) {
    for (std::uint64_t i = 0; i < messages; ++i) {
      const std::string request = generator_.request();
      count(judge_request(request), request);
      const std::string response = generator_.response();
      const Method method = kMethods[generator_.below(kMethods.size())];
      count(judge_response(response, method), response);
    }
  }

  // Few accepted messages would mean that little was compared.
  bool passed() const { return disagreed_ == 0 && agreed_ > refused_ / 4; }

  void report() const {
    std::printf("%llu accepted by both, %llu refused by us, %llu disagreements\n", agreed_,
                refused_, disagreed_);
  }

 private:
  void count(const Judgement& judgement, const std::string& message) {
    switch (judgement.agreement) {
      case Agreement::agreed:
        ++agreed_;
        break;
      case Agreement::refused_by_us:
        ++refused_;
        break;
      case Agreement::not_judged:
        break;
      case Agreement::disagreed:
        if (++disagreed_ <= kMostObjectionsShown) show(judgement, message);
        break;
    }
  }

  static void show(const Judgement& judgement, const std::string& message) {
    std::printf("--- %s\n", judgement.objection.c_str());
    for (char c : message) {
      const bool plain = c >= ' ' && c <= '~';
      if (plain) std::putchar(c);
      if (!plain) std::printf("\\x%02x%s", static_cast<unsigned char>(c), c == '\n' ? "\n" : "");
    }
    std::putchar('\n');
  }

  MessageGenerator generator_;
  unsigned long long agreed_ = 0;
  unsigned long long refused_ = 0;
  unsigned long long disagreed_ = 0;
};

}  // namespace
}  // namespace stickler::http::testing

int main(int argc, char** argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t messages = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200000;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  stickler::http::testing::Trial trial(seed);
  trial.run(messages);
  trial.report();
  return trial.passed() ? EXIT_SUCCESS : EXIT_FAILURE;
}
