// SPDX-License-Identifier: MIT
// Rows of clusters: nodes among which keys are divided by agreement in etcd.
#include "config/forms.h"
#include "config/schema_rows.h"
#include "config/url.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

std::optional<Complaint> check_endpoint(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return Complaint{"is no URL of an etcd member", "write \"http://etcd-01:2379\""};
  if (url->path.empty() || url->path == "/") return std::nullopt;
  return Complaint{"has a path, which etcd's members do not",
                   "write \"http://" + url->authority() + "\""};
}

std::optional<Complaint> check_key_prefix(std::string_view text) {
  const bool plain = text.size() > 1 && text.size() <= 200 && text.ends_with('/') &&
                     text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789-_.:/") == text.npos;
  if (plain) return std::nullopt;
  return Complaint{"is no folder: letters, digits, - _ . : and / only, and '/' at the end",
                   "write \"/stickler/dtable/\""};
}

std::optional<Complaint> check_node_id(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  const bool plain = !text.empty() && text.size() <= kLongest &&
                     text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789-_.") == text.npos;
  if (plain) return std::nullopt;
  return Complaint{"is no name of a node: letters, digits, - _ and . only",
                   "write \"dtable-server-01\""};
}

std::optional<Complaint> check_node_url(std::string_view text) {
  if (parse_url(text)) return std::nullopt;
  return Complaint{"is no URL of a node", "write \"https://dtable-server-01.example.com/\""};
}

// Balancers ask in the clear, and for the client's path.
std::optional<Complaint> check_local_url(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return Complaint{"is no URL of a node", "write \"http://10.0.0.1/\""};
  if (url->tls) {
    return Complaint{"is no http:// URL: balancers ask nodes in the clear",
                     "write \"http://" + url->authority() + "/\""};
  }
  if (url->path.empty() || url->path == "/") return std::nullopt;
  return Complaint{"has a path, which balancers leave out",
                   "write \"http://" + url->authority() + "/\""};
}

void store_unload(void* unload, const Value& value) {
  auto& to = *static_cast<Unload*>(unload);
  std::tie(to.method, to.path) = split_probe(std::get<std::string>(value));
}

constexpr Setting kEtcdRows[] = {
    texts<&Etcd::endpoints>("endpoints", "The members, any number; who answers is asked on.")
        .like("http://host:2379", check_endpoint)
        .by_default("\"http://127.0.0.1:2379\""),
    text<&Etcd::user>("user", "An account of etcd's; empty: none is needed."),
    text<&Etcd::password_file>("password_file", "A file whose first line is its password.")
        .like("file", check_file_path),
    text<&Etcd::ca>("ca", "Who has signed the members' certificates; empty: one of the system's.")
        .like("file", check_file_path),
    text<&Etcd::certificate>("certificate", "What we show them: a PEM file.")
        .like("file", check_file_path),
    text<&Etcd::key>("key", "Its private key, if it is not in the certificate's file.")
        .like("file", check_file_path),
    duration<&Etcd::timeout>("timeout", "Each call; then the next member is asked.")
        .between(100ms, 60s),
};

constinit const Section kEtcdSection{
    "The etcd in which balancers and nodes agree, by its v3 JSON gateway. A list of URLs in place "
    "of the group is its endpoints.",
    kEtcdRows, defaults_of<Etcd>};

constexpr Setting kUnloadRows[] = {
    special(Form::text, "http", store_unload,
            "The call that a node answers with 200 once it has written out and forgotten the "
            "buckets in its body.")
        .like("METHOD /path", check_probe),
    duration<&Unload::timeout>("timeout",
                               "One such call; and a node that goes on failing for so long keeps "
                               "its buckets.")
        .between(10ms, 1h),
    duration<&Unload::wait>("wait",
                            "Without a call: how long a node takes, once nobody asks it any more, "
                            "to write out and forget.")
        .between(0s, 24h)
        .by_default("lease and grace"),
};

constinit const Section kUnloadSection{
    "How a node is made to write out and forget what it has of buckets that leave it.", kUnloadRows,
    defaults_of<Unload>};

constexpr Setting kRegisterRows[] = {
    text<&NodeRegistration::node_id>("node_id", "The node's name, which no other node has.")
        .like("name", check_node_id)
        .required("node_id = \"dtable-server-01\";"),
    text<&NodeRegistration::node_url>("node_url", "Where browsers reach it.")
        .like("https://host/", check_node_url)
        .required("node_url = \"https://dtable-server-01.example.com/\";"),
    text<&NodeRegistration::local_node_url>("local_node_url",
                                            "Where balancers reach it, and the check asks.")
        .like("http://host[:port]/", check_local_url)
        .required("local_node_url = \"http://10.0.0.1/\";"),
    group<&NodeRegistration::check>("check", kCheckSection,
                                    "What says that the node is there to serve.")
        .required("check = { http = \"GET /ping/\"; };"),
    text<&NodeRegistration::stop>(
        "stop",
        "What a shell runs to stop the node, before its key is given up; done when it ends with 0. "
        "Empty: nothing is run, and a node that only hung may write what is another's by then."),
    duration<&NodeRegistration::stop_timeout>("stop_timeout",
                                              "The command is killed then, and tried again.")
        .between(100ms, 1h)
        .by_default("as `grace`, at most \"60s\""),
};

constinit const Section kRegisterSection{
    "A node of this machine that cannot register itself: `stickler register` keeps its key in etcd "
    "while its check passes, and stops it before the key is given up. `stickler run` makes nothing "
    "of this group.",
    kRegisterRows, defaults_of<NodeRegistration>};

constexpr Setting kClusterRows[] = {
    group<&Cluster::etcd>("etcd", kEtcdSection, "Where all agree.").or_just("endpoints"),
    text<&Cluster::prefix>("prefix", "What the names of all its keys begin with.")
        .like("/folder/", check_key_prefix)
        .by_default("\"/stickler/NAME/\""),
    group<&Cluster::key>("key", kMapKeySection, "Where a request's key is."),
    integer<&Cluster::buckets>("buckets",
                               "How many: 256 for the first two hexadecimal digits of a key; 16 "
                               "and 4096 are possible, too. The same at every balancer.")
        .between(16, 4096),
    boolean<&Cluster::monitor>("monitor", "This balancer may be elected to assign buckets."),
    boolean<&Cluster::bootstrap>(
        "bootstrap",
        "Where there is no assignment yet, makes one at once. For a first start only: it says that "
        "no node has anything in memory."),
    boolean<&Cluster::rebalance_on_join>("rebalance_on_join",
                                         "A node that joins gets its share at once."),
    duration<&Cluster::lease>("lease",
                              "Of a node's key: a node that is not heard of for so long has lost "
                              "it.")
        .between(1s, 24h),
    duration<&Cluster::term>("term",
                             "For so long a balancer may vouch for what it knows; longer rides out "
                             "longer outages of etcd, and waits longer for a balancer that died.")
        .between(500ms, 24h),
    duration<&Cluster::margin>("margin",
                               "How much clocks may differ in rate over a term; the same is kept "
                               "as a distance on either side.")
        .between(1ms, 1h)
        .by_default("a tenth of term"),
    duration<&Cluster::grace>("grace",
                              "Within which a node that has lost its key writes out and forgets.")
        .between(0s, 24h),
    duration<&Cluster::drain>("drain",
                              "How long requests of a bucket that leaves may go on at its node; "
                              "then they are cut. Tunnels are cut at once.")
        .between(0s, 1h),
    duration<&Cluster::linger>("linger",
                               "Between the last request and the unloading: what was sent before "
                               "is read by then.")
        .between(0s, 60s),
    duration<&Cluster::hold>("hold",
                             "How long requests of a bucket that moves wait; then 503 with "
                             "Retry-After.")
        .between(0s, 1h),
    group<&Cluster::unload>("unload", kUnloadSection, "How nodes let go of buckets."),
    group<&Cluster::registration>("register", kRegisterSection,
                                  "The node that `stickler register` answers for."),
};

constexpr Setting kClusterAdminRows[] = {
    text<&ClusterAdmin::cluster>("cluster", "The cluster, of the file's `clusters`.")
        .required("cluster = \"NAME\";"),
    text<&ClusterAdmin::password_file>(
        "password_file",
        "A file with a line USER:PASSWORD for each who may ask; needed unless the listener is "
        "bound to this machine only.")
        .like("file", check_file_path),
};

}  // namespace

const Section kClusterSection{
    "Nodes of which each alone has what belongs to some keys. All keys fall into buckets; which "
    "node has a bucket is agreed upon in etcd, and changes only when everybody has let go of it.",
    kClusterRows, defaults_of<Cluster>};
constinit const Section kClusterAdminSection{
    "What a listener answers about a cluster: `POST /rebalance/`, `GET /dtable-server/KEY`, "
    "`GET /buckets/`, `GET /nodes/`, `GET /ping/`. A cluster's name in place of the group is "
    "enough on a listener of this machine.",
    kClusterAdminRows, defaults_of<ClusterAdmin>};

}  // namespace stickler::config
