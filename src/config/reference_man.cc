// SPDX-License-Identifier: MIT
// stickler.conf(5) in scdoc's language (scdoc(5)), from the same rows as the page.
#include <string>
#include <string_view>

#include "config/chapters.h"
#include "config/reference.h"
#include "config/scdoc.h"

namespace stickler::config {
namespace {

constexpr std::string_view kTop = R"(stickler.conf(5)

# NAME

stickler.conf - configuration of Stickler, the sticky-session HTTP load balancer

# SYNOPSIS

*/etc/stickler/stickler.conf*

# EXAMPLE

Three servers behind TLS; a session stays at the server where it began.

```
listeners = {
  http  = { bind = ":80";  redirect = { scheme = "https"; }; };
  https = { bind = ":443"; tls = { certificates = "/etc/stickler/certs/"; }; backend = "app"; };
};
backends = {
  app = {
    cookie  = { name = "server"; };
    check   = { http = "GET /"; };
    servers = {
      app-1 = { address = "198.18.1.1:80"; };
      app-2 = { address = "198.18.1.2:80"; };
      app-3 = { address = "198.18.1.3:80"; };
    };
  };
};
```

# LANGUAGE

)";

constexpr std::string_view kBottom = R"(
# SEE ALSO

*stickler*(8). Longer samples lie in _/usr/share/doc/stickler/examples_.
)";

std::string remarks_on(const Setting& setting, const Section& section,
                       const std::vector<Chapter>& all) {
  std::string text = scdoc_from_markdown(setting.sentence);
  if (const Chapter* chapter = chapter_of(setting, all)) {
    text += " See " + scdoc_bold(title_of(*chapter)) + " below.";
  }
  if (!setting.other_name.empty()) text += " Also written " + scdoc_bold(setting.other_name) + ".";
  if (!setting.not_yet.empty()) text += " " + scdoc_from_markdown(setting.not_yet) + ".";
  std::string usual = default_of(setting, section);
  if (!setting.example.empty()) {
    text += " It must be set.";
  } else if (!usual.empty()) {
    text += " Default: " + scdoc_from_markdown(usual) + ".";
  }
  if (!setting.haproxy.empty()) text += " HAProxy: " + scdoc_bold(setting.haproxy) + ".";
  return text;
}

std::string entries_of(const Section& section, const std::vector<Chapter>& all) {
  std::string text;
  for (const Setting& setting : section.settings) {
    text += "\n" + scdoc_bold(setting.name) + " = " + scdoc_text(value_of(setting)) + "\n";
    text += "\t" + remarks_on(setting, section, all) + "\n";
  }
  return text;
}

std::string scdoc_of(const Chapter& chapter, const std::vector<Chapter>& all) {
  std::string text =
      "\n# " + title_of(chapter) + "\n\n" + scdoc_from_markdown(chapter.section->sentence);
  for (std::size_t i = 1; i < chapter.patterns.size(); ++i) {
    text += (i == 1 ? " The same group stands in " : ", ") + scdoc_bold(chapter.patterns[i]);
  }
  return text + (chapter.patterns.size() > 1 ? ".\n" : "\n") + entries_of(*chapter.section, all);
}

}  // namespace

std::string configuration_man_page() {
  const std::vector<Chapter> all = chapters();
  std::string text(kTop);
  text += scdoc_from_markdown(kLanguage) + "\n# THE FILE\n" + entries_of(kFileSection, all);
  for (const Chapter& chapter : all) text += scdoc_of(chapter, all);
  return text + std::string(kBottom);
}

}  // namespace stickler::config
