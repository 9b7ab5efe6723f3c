// SPDX-License-Identifier: MIT
// `cookie`: persistence. HAProxy 2.6's manual, 4.2.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "config/forms.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

class CookieReader {
 public:
  CookieReader(const Line& line, Ledger& ledger) : line_(line), ledger_(ledger) {}

  Settings run() {
    set("name", text_value(std::string(line_.word(1))));
    for (at_ = 2; at_ < line_.words.size(); ++at_) read_option();
    if (!inserts_) {
      cannot("cookie " + std::string(line_.word(1)),
             "Stickler inserts a cookie of its own; it neither rewrites nor reads one of the "
             "application (now: insert)");
    }
    if (!domains_.empty()) set("domain", texts_value(domains_));
    return std::move(settings_);
  }

 private:
  void read_option() {
    std::string_view word = line_.word(at_);
    if (word == "insert") {
      inserts_ = true;
    } else if (word == "indirect") {
      // Servers never see it.
    } else if (word == "nocache" || word == "preserve" || word == "httponly" || word == "secure") {
      set(word, flag_value(true));
    } else if (word == "maxidle" || word == "maxlife") {
      read_time(word, next());
    } else if (word == "domain") {
      domains_.push_back(next());
    } else if (word == "attr") {
      read_attribute(next());
    } else if (word == "postonly") {
      cannot(word, "the cookie is set with the first answer, whatever the method");
    } else if (word == "dynamic") {
      cannot(word,
             "the cookie holds a server's name, not a hash of its address: sessions begin "
             "anew with the change");
    } else if (word != "rewrite" && word != "prefix") {
      cannot(word, "the import does not know it");
    }
  }

  void read_time(std::string_view name, const std::string& text) {
    auto time = time_value(text, 1s);
    if (!time) return cannot(std::string(name) + " " + text, "it is no time");
    set(name, std::move(*time));
  }

  void read_attribute(const std::string& attribute) {
    std::string_view value = attribute;
    std::string_view name = take_until(value, '=');
    if (equals_ignoring_case(trim(name), "SameSite")) {
      return set("samesite", text_value(std::string(trim(value))));
    }
    cannot("attr " + attribute,
           "the cookie has no such attribute; it has samesite, secure, "
           "httponly, domain and path");
  }

  void set(std::string_view name, config::Node value) {
    settings_[std::string(name)] = {std::move(value), {&line_}};
  }

  std::string next() { return std::string(line_.word(++at_)); }

  void cannot(std::string_view part, std::string why) {
    ledger_.cannot(line_, part, std::move(why));
  }

  const Line& line_;
  Ledger& ledger_;
  Settings settings_;
  std::vector<std::string> domains_;
  std::size_t at_ = 0;
  bool inserts_ = false;
};

}  // namespace

void read_cookie(Proxy& proxy, const Line& line, const Reading& reading) {
  if (auto complaint = config::check_cookie_name(line.word(1))) {
    return reading.ledger.cannot(line, complaint->what);
  }
  reading.ledger.understood(line);
  proxy.cookie = CookieReader(line, reading.ledger).run();
}

}  // namespace stickler::haproxy
