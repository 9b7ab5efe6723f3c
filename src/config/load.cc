// SPDX-License-Identifier: MIT
#include "config/load.h"

#include <algorithm>

#include "config/error_pages.h"
#include "config/includes.h"
#include "config/libconfig_check.h"
#include "config/parser.h"
#include "config/passwords.h"
#include "config/places.h"
#include "config/reader.h"
#include "config/resolve.h"
#include "config/secrets.h"
#include "config/validate.h"

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

// Each folder replaced by its *.conf.
std::vector<fs::path> expand_folders(const std::vector<fs::path>& files, Report& report) {
  std::vector<fs::path> expanded;
  for (const fs::path& file : files) {
    std::error_code error;
    if (!fs::is_directory(file, error)) {
      expanded.push_back(file);
      continue;
    }
    std::vector<fs::path> found;
    fs::directory_iterator entries(file, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      if (entries->path().extension() == ".conf") found.push_back(entries->path());
    }
    if (error) {
      report.error_in(file.string(), "cannot be read: " + error.message());
    } else if (found.empty()) {
      report.error_in(file.string(), "there is no *.conf in this folder");
    }
    std::ranges::sort(found);
    expanded.insert(expanded.end(), found.begin(), found.end());
  }
  return expanded;
}

// False if so much is missing that the tree would only lead to wrong messages.
bool read_tree(const fs::path& file, Sources& sources, Node& root, Report& report) {
  std::size_t errors_before = report.errors();
  LexResult lexed = lex_with_includes(file, sources, report);
  if (lexed.tokens.empty()) return false;
  ParseResult parsed = parse(lexed, report);
  if (report.errors() == errors_before) check_with_libconfig(lexed.tokens, parsed.root, report);
  if (root.kind == Node::Kind::group) {
    merge(root, std::move(parsed.root), report);
  } else {
    root = std::move(parsed.root);
  }
  return parsed.whole;
}

}  // namespace

LoadResult load(const std::vector<fs::path>& files, const CertificateReader& read_certificates) {
  LoadResult result;
  if (!files.empty()) result.file = files.front().string();
  Sources sources;
  Report report(sources);
  Node root;
  bool whole = true;
  std::vector<fs::path> expanded = expand_folders(files, report);
  for (const fs::path& file : expanded) whole &= read_tree(file, sources, root, report);
  if (whole && !expanded.empty()) {
    replace_environment(root, report);
    auto config = std::make_shared<Config>();
    config->file = result.file;
    Places places;
    read_config(root, sources, *config, places, report);
    resolve_defaults(*config, places, sources);
    read_passwords(*config, places, report);
    read_secrets(*config, places, report);
    read_error_pages(*config, places, report);
    validate(*config, places, read_certificates, report, result.certificates);
    if (!report.has_errors()) {
      result.config = std::move(config);
      result.written = written_settings(root);
      result.effective = effective_settings(*result.config, places, sources);
    }
  }
  result.diagnostics = report.take_sorted();
  return result;
}

LoadResult load(const fs::path& file, const CertificateReader& read_certificates) {
  return load(std::vector{file}, read_certificates);
}

std::string summary(const LoadResult& result) {
  std::string findings = count_findings(result.diagnostics);
  if (result.config == nullptr) return result.file + ": " + findings + "; nothing was changed";
  std::size_t servers = 0;
  for (const Backend& backend : result.config->backends) servers += backend.servers.size();
  std::string text = result.file + ": OK: " + counted(result.config->listeners.size(), "listener") +
                     ", " + counted(result.config->backends.size(), "backend") + ", " +
                     counted(servers, "server");
  for (const std::string& certificate : result.certificates) text += ", " + certificate;
  return findings.empty() ? text : text + "; " + findings;
}

}  // namespace stickler::config
