// SPDX-License-Identifier: MIT
// A haproxy.cfg translated, and the result read back by the loader: what it means, and what was
// said of lines that have no translation.
#pragma once

#include <string>

#include "config/config_files.h"
#include "haproxy/translate.h"

namespace stickler::haproxy {

inline Environment no_environment() {
  return [](const std::string&) { return std::nullopt; };
}

// A listen section with two servers and more lines.
inline std::string in_listen(const std::string& lines) {
  return "listen app\n mode http\n bind :80\n server one 10.0.0.1:80\n server two 10.0.0.2:80\n" +
         lines;
}
// The same behind TLS.
inline std::string in_tls_listen(const std::string& lines) {
  return "listen app\n mode http\n bind :443 ssl crt /x.pem\n server one 10.0.0.1:80\n"
         " server two 10.0.0.2:80\n" +
         lines;
}

class Translating : public config::ConfigFiles {
 protected:
  static Translation translated(const std::string& text) {
    return translate("test.cfg", text, no_environment());
  }

  // What the result means. It must pass the check; accounts and certificates are left out of it.
  config::Config config_of(const std::string& text) const {
    return good(translated(text).configuration);
  }

  // The same of a text that must be translated whole.
  config::Config whole(const std::string& text) const {
    EXPECT_EQ(complaints(text), "");
    return config_of(text);
  }

  // "12: part: why", each on a row of its own.
  static std::string complaints(const std::string& text) {
    std::string rows;
    for (const Finding& finding : translated(text).complaints) {
      rows += (rows.empty() ? "" : "\n") + std::to_string(finding.line) + ": " + finding.part +
              ": " + finding.why;
    }
    return rows;
  }

  config::Listener listener(const std::string& text) const {
    config::Config config = whole(text);
    return config.listeners.empty() ? config::Listener{} : config.listeners.front();
  }
  config::Backend backend(const std::string& text) const {
    config::Config config = whole(text);
    return config.backends.empty() ? config::Backend{} : config.backends.front();
  }
  config::Backend backend_with(const std::string& lines) const { return backend(in_listen(lines)); }
};

}  // namespace stickler::haproxy
