// SPDX-License-Identifier: MIT
#include "config/error_pages.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/access.h"
#include "config/error_page_file.h"
#include "config/forms.h"

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

using Pages = std::vector<ErrorPage>;

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

const ErrorPage* find_page(const Pages& pages, unsigned status) {
  auto page = std::ranges::find(pages, status, &ErrorPage::status);
  return page == pages.end() ? nullptr : &*page;
}

// One setting `error_pages`. What it says of a file comes before what lies in a folder.
class ErrorPageReader {
 public:
  ErrorPageReader(const std::string& setting, const Places& places, Report& report,
                  const std::optional<Account>& later_reader)
      : setting_(setting), places_(places), report_(report), later_reader_(later_reader) {}

  Pages read(const std::vector<std::string>& texts) {
    std::vector<std::pair<fs::path, Span>> folders;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const ErrorFile file = split_error_file(texts[i]);
      const Span at = places_.element(setting_, i);
      if (!file.status && is_folder(file.path)) {
        folders.emplace_back(file.path, at);
      } else {
        read_file(file.path, file.status, at);
      }
    }
    const Pages named = pages_;
    for (const auto& [folder, at] : folders) read_folder(folder, at, named);
    return std::move(pages_);
  }

 private:
  void read_file(const fs::path& file, std::optional<unsigned> status, Span at) {
    if (!status) status = status_named(file);
    if (!status) {
      return complain(at, file,
                      {"has a name that does not say whose page it is",
                       "write \"503 " + file.string() + "\", for example"});
    }
    if (auto unknown = check_error_status(*status)) {
      return complain(at, file, {"is of no use: " + unknown->what, unknown->remedy});
    }
    add(file, *status, at);
  }

  void read_folder(const fs::path& folder, Span at, const Pages& named) {
    std::vector<fs::path> files;
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      if (status_named(entries->path())) files.push_back(entries->path());
    }
    if (error) return complain(at, folder, {"cannot be read: " + error.message(), ""});
    foresee_reload(folder, at);
    if (files.empty()) {
      return complain(at, folder, {"holds no page", "name them 503.html and the like"});
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      const unsigned status = *status_named(file);
      if (auto unknown = check_error_status(status)) {
        report_.warning(at, setting_ + ": " + file.string() + " is of no use: " + unknown->what);
      } else if (find_page(named, status) == nullptr) {
        add(file, status, at);
      }
    }
  }

  void add(const fs::path& file, unsigned status, Span at) {
    auto read = read_error_page(file, status);
    if (!read) return complain(at, file, read.error());
    if (const ErrorPage* other = find_page(pages_, status)) {
      return complain(at, file,
                      {"is a second page for " + std::to_string(status) + ", beside " + other->file,
                       "keep one of them"});
    }
    if (!read->unused.empty()) {
      report_.warning(at, setting_ + ": " + file.string() + ": " + read->unused + " is not sent");
    }
    foresee_reload(file, at);
    pages_.push_back(std::move(read->page));
  }

  // Of a folder, too: it has to be listed.
  void foresee_reload(const fs::path& path, Span at) {
    if (!later_reader_) return;
    if (auto obstacle = obstacle_to_reload(*later_reader_, path)) {
      report_.error(at, setting_ + ": " + *obstacle, "allow it, as with chmod a+r");
    }
  }

  void complain(Span at, const fs::path& file, const Complaint& complaint) {
    report_.error(at, setting_ + ": " + file.string() + " " + complaint.what, complaint.remedy);
  }

  const std::string& setting_;
  const Places& places_;
  Report& report_;
  const std::optional<Account>& later_reader_;
  Pages pages_;
};

}  // namespace

void read_error_pages(Config& config, const Places& places, Report& report) {
  const std::optional<Account> later_reader = later_account(config.process);
  auto read = [&](const std::string& setting, const std::vector<std::string>& texts) {
    return ErrorPageReader(setting, places, report, later_reader).read(texts);
  };
  const Pages common = read("error_pages", config.error_files);
  for (Listener& listener : config.listeners) {
    listener.error_pages =
        read("listeners." + listener.name + ".error_pages", listener.error_files);
    for (const ErrorPage& page : common) {
      if (find_page(listener.error_pages, page.status) == nullptr) {
        listener.error_pages.push_back(page);
      }
    }
  }
}

}  // namespace stickler::config
