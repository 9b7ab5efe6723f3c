// SPDX-License-Identifier: MIT
// Numbers for what is known by name: listeners, backends, servers. The same name has the same
// number as long as the process lives, whatever reloads do to it in between; numbers are small and
// never reused. Statistics and queues are kept by them. Control thread only.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace stickler::backend {

class Identities {
 public:
  std::size_t listener(std::string_view name) { return number(listeners_, std::string(name)); }
  std::size_t backend(std::string_view name) { return number(backends_, std::string(name)); }
  std::size_t server(std::string_view backend, std::string_view name) {
    return number(servers_, std::string(backend).append("/").append(name));
  }

 private:
  using Numbers = std::map<std::string, std::size_t>;
  static std::size_t number(Numbers& numbers, std::string name) {
    return numbers.try_emplace(std::move(name), numbers.size()).first->second;
  }

  Numbers listeners_;
  Numbers backends_;
  Numbers servers_;
};

}  // namespace stickler::backend
