// SPDX-License-Identifier: MIT
// A folder of configuration files that lasts for one test, and what the loader says of them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/load.h"

namespace stickler::config {

// Two servers, so that nobody warns of a sticky backend with one.
inline const std::string kServers =
    "servers = { one = { address = \"10.0.0.1\"; }; two = { address = \"10.0.0.2\"; }; };";

// A good configuration with something more in its listener, its backend, or beside them.
inline std::string in_listener(const std::string& more) {
  return "listeners = { web = { bind = \":80\"; backend = \"app\"; " + more +
         " }; };\nbackends = { app = { " + kServers + " }; };\n";
}
inline std::string in_route(const std::string& more) {
  return in_listener("routes = { r = { " + more + " }; };");
}
inline std::string in_backend(const std::string& more) {
  return "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };\nbackends = { app = { " +
         kServers + " " + more + " }; };\n";
}
inline std::string in_file(const std::string& more) { return in_listener("") + more + "\n"; }

// What the loader finds in a text; `name` is the test's.
struct FindingsCase {
  const char* name;
  std::string text;
  std::string findings;
};

class ConfigFiles : public testing::Test {
 protected:
  ConfigFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "stickler-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ConfigFiles() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  LoadResult load_text(const std::string& text, const CertificateReader& read = {}) const {
    return load(write("test.conf", text), read);
  }

  // All of it, as `check` prints it, without the name of the folder.
  std::string report(const LoadResult& result) const {
    std::string text;
    for (const Diagnostic& diagnostic : result.diagnostics) text += render(diagnostic, false);
    return without_folder(text + summary(result) + "\n");
  }
  std::string report(const std::string& text) const { return report(load_text(text)); }

  // Each finding on a line of its own: "3:error: message [remedy]".
  std::string findings(const std::string& text, const CertificateReader& read = {}) const {
    std::string all;
    for (const Diagnostic& diagnostic : load_text(text, read).diagnostics) {
      bool error = diagnostic.severity == Severity::error;
      all += (all.empty() ? "" : "\n") + std::to_string(diagnostic.line) +
             (error ? ":error: " : ":warning: ") + diagnostic.message;
      if (!diagnostic.remedy.empty()) all += " [" + diagnostic.remedy + "]";
    }
    return without_folder(all);
  }

  // Of a text that must be good.
  Config good(const std::string& text) const {
    LoadResult result = load_text(text);
    EXPECT_NE(result.config, nullptr) << report(result);
    return result.config == nullptr ? Config{} : *result.config;
  }

  std::filesystem::path folder_;

 private:
  std::string without_folder(std::string text) const {
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at; (at = text.find(prefix)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }
};

}  // namespace stickler::config
