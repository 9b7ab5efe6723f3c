// SPDX-License-Identifier: MIT
#include "app/demo_config.h"

#include <spdlog/fmt/fmt.h>

namespace stickler::app {
namespace {

constexpr const char* kText =
    R"conf(# What `stickler demo` runs with; conf/server-pro.conf is a real one.

log = {{ access = "off"; }};           # the page asks twice a second
process = {{ stop_within = "2s"; }};   # Ctrl-C should not wait for a page that stays open
runtime = {{ socket = "{socket}"; mode = "0600"; }};

listeners = {{
  http = {{
    bind     = "127.0.0.1:{http_port}";
    redirect = {{ scheme = "https"; port = {https_port}; }};
  }};
  https = {{
    bind     = "127.0.0.1:{https_port}";
    tls      = {{ certificates = "{certificate}"; }};
    backend  = "demo";
    response = {{ add = {{ X-Served-By = "${{server}}"; }}; }};
    stats    = {{ uri = "/haproxy"; refresh = "2s"; }};
  }};
}};

backends = {{
  demo = {{
    cookie   = {{ name = "demo"; }};
    timeouts = {{ queue = "5s"; }};
    # Far more impatient than a real one should be: a move is to be seen at once.
    check    = {{ http = "HEAD /status"; interval = "250ms"; rise = 1; fall = 1; }};
    servers  = {{
{servers}    }};
  }};
}};
)conf";

}  // namespace

std::string demo_configuration(const DemoAddresses& addresses,
                               const std::vector<DemoFleet::Member>& servers) {
  std::string lines;
  for (const DemoFleet::Member& server : servers) {
    lines +=
        fmt::format("      {} = {{ address = \"127.0.0.1:{}\"; }};\n", server.name, server.port);
  }
  return fmt::format(kText, fmt::arg("http_port", addresses.http_port),
                     fmt::arg("https_port", addresses.https_port),
                     fmt::arg("certificate", addresses.certificate),
                     fmt::arg("socket", addresses.socket), fmt::arg("servers", lines));
}

}  // namespace stickler::app
