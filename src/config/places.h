// SPDX-License-Identifier: MIT
// Where each setting stands, by path: "listeners.https.tls.key". Lets the later checks look at
// typed values alone and still point at the text. Loading thread only, while the tree lives.
#pragma once

#include <map>
#include <string>

#include "config/tree.h"

namespace stickler::config {

class Places {
 public:
  void add(const std::string& path, const Node& node) { nodes_.emplace(path, &node); }

  bool written(const std::string& path) const { return nodes_.contains(path); }

  // What is written there, or null.
  const Node* node(const std::string& path) const {
    auto found = nodes_.find(path);
    return found == nodes_.end() ? nullptr : found->second;
  }

  // The value; of a group or of what is not written, the name of the nearest group around it.
  Span value(const std::string& path) const {
    const Node* node = find(path);
    if (node == nullptr) return {};
    bool plain = written(path) && node->kind != Node::Kind::group;
    return plain ? node->at : node->name_at;
  }

  // The name in front of the '='.
  Span name(const std::string& path) const {
    const Node* node = find(path);
    return node == nullptr ? Span{} : node->name_at;
  }

  // One text of a list; a single text is a list of one.
  Span element(const std::string& path, std::size_t index) const {
    const Node* node = find(path);
    bool listed = node != nullptr && node->kind == Node::Kind::list && written(path);
    return listed && index < node->children.size() ? node->children[index].at : value(path);
  }

 private:
  const Node* find(std::string path) const {
    while (true) {
      if (auto found = nodes_.find(path); found != nodes_.end()) return found->second;
      std::size_t dot = path.rfind('.');
      if (dot == std::string::npos) return nullptr;
      path.resize(dot);
    }
  }

  std::map<std::string, const Node*> nodes_;
};

}  // namespace stickler::config
