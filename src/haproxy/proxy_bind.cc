// SPDX-License-Identifier: MIT
// `bind`: addresses and TLS. HAProxy 2.6's manual, 4.2 and 5.1.
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "config/forms.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

using Reach = BindAddress::Reach;

constexpr unsigned kMostPorts = 64;  // of one range

// ---- addresses ----

class AddressReader {
 public:
  AddressReader(const Line& line, Ledger& ledger, Bind& bind)
      : line_(line), ledger_(ledger), bind_(bind) {
    v4v6_ = std::ranges::find(line.words, "v4v6") != line.words.end();
    v6only_ = std::ranges::find(line.words, "v6only") != line.words.end();
  }

  void read(std::string_view list) {
    bool more = true;
    while (more) {
      more = list.find(',') != std::string_view::npos;
      read_one(take_until(list, ','));
    }
  }

 private:
  void read_one(std::string_view text) {
    if (std::string why = why_unfit(text); !why.empty()) return cannot(text, std::move(why));
    std::string_view rest = text;
    bool wants_ipv6 = false;
    if (std::size_t at = rest.find('@'); at != std::string_view::npos) {
      std::string_view family = rest.substr(0, at);
      rest.remove_prefix(at + 1);
      wants_ipv6 = family == "ipv6";
      if (family != "ipv4" && family != "ipv6" && family != "unix") {
        return cannot(text, "Stickler listens on IPv4, IPv6 and Unix sockets only");
      }
    }
    if (rest.starts_with('/')) {
      bind_.addresses.push_back({Reach::one, 0, "unix:" + std::string(rest)});
      return check(text);
    }
    std::size_t colon = rest.rfind(':');
    auto ports =
        colon == std::string_view::npos ? std::nullopt : parse_range(rest.substr(colon + 1));
    if (!ports || ports->first == 0) return cannot(text, "its port is missing or no number");
    if (ports->second - ports->first >= kMostPorts) {
      return cannot(text, "a range of more than 64 ports is not listened at");
    }
    std::string_view host = rest.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    for (unsigned port = ports->first; port <= ports->second; ++port) {
      add(host, port, wants_ipv6);
    }
    check(text);
  }

  void add(std::string_view host, unsigned port, bool wants_ipv6) {
    const std::string tail = ":" + std::to_string(port);
    bool any = host.empty() || host == "*";
    if (host == "0.0.0.0" || (any && !wants_ipv6)) {
      bind_.addresses.push_back({Reach::ipv4, port, ""});
    } else if (any || host == "::") {
      // Linux gives such a socket both families unless it is told otherwise.
      bind_.addresses.push_back({v6only_ && !v4v6_ ? Reach::ipv6 : Reach::both, port, ""});
    } else if (host == "localhost") {
      bind_.addresses.push_back({Reach::one, port, "127.0.0.1" + tail});
    } else {
      bool ipv6 = host.find(':') != std::string_view::npos;
      std::string written = ipv6 ? "[" + std::string(host) + "]" : std::string(host);
      bind_.addresses.push_back({Reach::one, port, written + tail});
    }
  }

  // The last one, which was read from `text`.
  void check(std::string_view text) {
    const std::string& written = bind_.addresses.back().text;
    if (written.empty()) return;
    auto complaint = config::check_bind(written);
    if (!complaint) return;
    std::erase_if(bind_.addresses, [&](const BindAddress& a) { return a.text == written; });
    cannot(text, complaint->what + (complaint->remedy.empty() ? "" : "; " + complaint->remedy));
  }

  void cannot(std::string_view part, std::string why) {
    ledger_.cannot(line_, part, std::move(why));
  }

  const Line& line_;
  Ledger& ledger_;
  Bind& bind_;
  bool v4v6_ = false;
  bool v6only_ = false;
};

// ---- options ----

struct BindOption {
  std::string_view word;
  std::size_t values;    // that stand behind it
  std::string_view why;  // it cannot be translated; empty: it needs no setting
};
constexpr std::string_view kClientCertificates =
    "client certificates are not in this version: every client is let in";

// What needs more than a glance is in BindOptionReader.
constexpr std::array<BindOption, 43> kBindOptions{{
    {"accept-netscaler-cip", 1, "only HTTP itself is read"},
    {"accept-proxy", 0,
     "the PROXY protocol is not in this version: let what stands in front send X-Forwarded-For"},
    {"allow-0rtt", 0, ""},
    {"backlog", 1, ""},
    {"ca-file", 1, kClientCertificates},
    {"ca-ignore-err", 1, ""},
    {"crl-file", 1, kClientCertificates},
    {"crt-ignore-err", 1, ""},
    {"crt-list", 1, "lists of certificates are not read; name the files or their folder with crt"},
    {"curves", 1, ""},
    {"defer-accept", 0, ""},
    {"ecdhe", 1, ""},
    {"force-sslv3", 0, "SSL 3 is not spoken"},
    {"force-tlsv10", 0, "there is no upper bound of TLS versions"},
    {"force-tlsv11", 0, "there is no upper bound of TLS versions"},
    {"force-tlsv12", 0, "there is no upper bound of TLS versions"},
    {"generate-certificates", 0, "certificates are read from files"},
    {"gid", 1, "a Unix socket belongs to who starts Stickler"},
    {"group", 1, "a Unix socket belongs to who starts Stickler"},
    {"id", 1, ""},
    {"interface", 1, "a listener has an address, not an interface; write its address"},
    {"level", 1, ""},
    {"maxconn", 1, "there is no limit for one listener; process.max_connections is for all"},
    {"mode", 1, "the mode of a Unix socket follows the umask"},
    {"mss", 1, ""},
    {"name", 1, ""},
    {"namespace", 1, "network namespaces are left to systemd"},
    {"nice", 1, ""},
    {"no-ca-names", 0, ""},
    {"npn", 1, ""},
    {"ocsp-update", 1, ""},
    {"prefer-client-ciphers", 0, ""},
    {"process", 1, ""},
    {"severity-output", 1, ""},
    {"shards", 1, ""},
    {"tcp-ut", 1, ""},
    {"tfo", 0, ""},
    {"thread", 1, ""},
    {"transparent", 0, "a listener listens at addresses of this machine only"},
    {"uid", 1, "a Unix socket belongs to who starts Stickler"},
    {"user", 1, "a Unix socket belongs to who starts Stickler"},
    {"v4v6", 0, ""},
    {"v6only", 0, ""},
}};

// Mozilla's three recommendations, by the oldest version that is spoken.
struct Version {
  std::string_view name;
  std::string_view preset;
};
constexpr std::array<Version, 5> kVersions{{{"SSLv3", "old"},
                                            {"TLSv1.0", "old"},
                                            {"TLSv1.1", "old"},
                                            {"TLSv1.2", "intermediate"},
                                            {"TLSv1.3", "modern"}}};

class BindOptionReader {
 public:
  BindOptionReader(const Line& line, const std::string& folder, Bind& bind, Ledger& ledger)
      : line_(line), folder_(folder), bind_(bind), ledger_(ledger) {}

  void read(std::size_t from) {
    for (at_ = from; at_ < line_.words.size(); ++at_) read_option();
    if (!certificates_.empty()) set("certificates", texts_value(certificates_));
    set_preset();
  }

 private:
  void read_option() {
    std::string_view word = line_.word(at_);
    if (word == "ssl") {
      bind_.tls = true;
    } else if (word == "crt") {
      add_certificate(next());
    } else if (word == "ciphers") {
      set("ciphers", text_value(next()));
    } else if (word == "ciphersuites") {
      if (!are_usual_suites(next())) cannot(word, "TLS 1.3 is spoken with its three usual suites");
    } else if (word == "strict-sni") {
      set("strict_sni", flag_value(true));
    } else if (word == "no-tls-tickets") {
      set("tickets", flag_value(false));
    } else if (word == "ssl-min-ver") {
      oldest_ = next();
    } else if (word == "ssl-max-ver") {
      std::string newest = next();
      if (newest != "TLSv1.3") cannot(word, "there is no upper bound of TLS versions");
    } else if (word == "force-tlsv13") {
      oldest_ = "TLSv1.3";
    } else if (word.starts_with("no-sslv3") || word.starts_with("no-tlsv1")) {
      forbid(word);
    } else if (word == "verify") {
      if (next() != "none") cannot(word, std::string(kClientCertificates));
    } else if (word == "alpn" || word == "proto") {
      read_protocol(word, next());
    } else {
      read_other(word);
    }
  }

  void read_protocol(std::string_view word, std::string_view protocols) {
    if (protocols.find("h2") == std::string_view::npos) return;
    if (word == "proto") return cannot("proto h2", "HTTP/2 is not in this version yet");
    ledger_.needs_nothing(line_, "HTTP/2 is not in this version yet: browsers use HTTP/1.1");
  }

  void read_other(std::string_view word) {
    auto option = std::ranges::find(kBindOptions, word, &BindOption::word);
    if (option == kBindOptions.end()) return cannot(word, "the import does not know it");
    std::string part(word);
    for (std::size_t i = 0; i < option->values; ++i) part += " " + next();
    if (!option->why.empty()) ledger_.cannot(line_, part, std::string(option->why));
  }

  void add_certificate(const std::string& file) {
    if (std::string why = why_unfit(folder_ + file); !why.empty()) return cannot(file, why);
    bool below = !folder_.empty() && !file.starts_with('/');
    certificates_.push_back(below ? folder_ + "/" + file : file);
  }

  // "no-tlsv11": everything up to there is out, as HAProxy reads it with its neighbours.
  void forbid(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNext{
        {{"no-sslv3", "TLSv1.0"},
         {"no-tlsv10", "TLSv1.1"},
         {"no-tlsv11", "TLSv1.2"},
         {"no-tlsv12", "TLSv1.3"},
         {"no-tlsv13", ""}}};
    auto known =
        std::ranges::find(kNext, word, &std::pair<std::string_view, std::string_view>::first);
    if (known == kNext.end() || known->second.empty()) {
      return cannot(word, "there is no upper bound of TLS versions");
    }
    if (known->second > std::string_view(oldest_)) oldest_ = known->second;
  }

  // "intermediate" is the default, so only what differs is written; what the global section says is
  // overwritten by what the line says.
  void set_preset() {
    if (oldest_.empty()) return;
    auto version = std::ranges::find(kVersions, oldest_, &Version::name);
    if (version == kVersions.end()) return cannot(oldest_, "it is no version of TLS");
    set("preset", text_value(std::string(version->preset)));
  }

  void set(const std::string& name, config::Node value) {
    bind_.settings[name] = {std::move(value), {&line_}};
  }

  std::string next() { return std::string(line_.word(++at_)); }

  void cannot(std::string_view part, std::string why) {
    ledger_.cannot(line_, part, std::move(why));
  }

  const Line& line_;
  const std::string& folder_;
  Bind& bind_;
  Ledger& ledger_;
  std::size_t at_ = 0;
  std::vector<std::string> certificates_;
  std::string oldest_;
};

}  // namespace

bool are_usual_suites(std::string_view list) {
  constexpr std::array<std::string_view, 3> kSpoken{
      "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};
  while (!list.empty()) {
    if (std::ranges::find(kSpoken, take_until(list, ':')) == kSpoken.end()) return false;
  }
  return true;
}

void read_tls_options(const Line& line, std::size_t from, const std::string& certificate_folder,
                      Bind& bind, Ledger& ledger) {
  BindOptionReader(line, certificate_folder, bind, ledger).read(from);
}

void read_bind(Proxy& proxy, const Line& line, const Reading& reading) {
  Bind bind;
  bind.line = &line;
  reading.ledger.understood(line);
  AddressReader(line, reading.ledger, bind).read(line.word(1));
  bind.settings = reading.tls.settings;
  read_tls_options(line, 2, reading.tls.certificate_folder, bind, reading.ledger);
  if (!bind.tls) bind.settings.clear();
  if (bind.tls && !bind.settings.contains("certificates")) {
    reading.ledger.cannot(line, "TLS needs a certificate; write crt FILE");
    return;
  }
  if (!bind.addresses.empty()) proxy.binds.push_back(std::move(bind));
}

}  // namespace stickler::haproxy
