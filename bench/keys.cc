// SPDX-License-Identifier: MIT
#include "keys.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys.h"

namespace stickler::bench {
namespace {

// As SplitMix64 does it: different numbers stay different, and look as if drawn at random.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

Keys::Keys(std::size_t count, const std::string& owners_file) : count_(count) {
  if (owners_file.empty()) return;
  constexpr mode_t kOwn = 0600;
  const Fd file(open(owners_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwn));
  if (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(count)) != 0) die(owners_file);
  void* owners = mmap(nullptr, count, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (owners == MAP_FAILED) die(owners_file);
  owners_ = static_cast<char*>(owners);
}

Keys::~Keys() {
  if (owners_ != nullptr) munmap(owners_, count_);
}

std::size_t Keys::at_random(std::uint64_t& state) const { return mixed(state++) % count_; }

// Different numbers have different digits: the last 16 alone tell them apart.
void Keys::write(std::size_t key, char* to) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kOfOneNumber = 16;
  const std::uint64_t low = mixed(key);
  const std::uint64_t high = mixed(low);
  for (std::size_t i = 0; i < kDigits; ++i) {
    const std::uint64_t number = i < kOfOneNumber ? low : high;
    to[kDigits - 1 - i] = kHex[(number >> (4 * (i % kOfOneNumber))) & 0xf];
  }
}

bool Keys::belongs_to(std::size_t key, std::string_view server) {
  if (owners_ == nullptr) return true;
  if (server.empty()) return false;
  if (owners_[key] == 0) owners_[key] = server.back();
  return owners_[key] == server.back();
}

}  // namespace stickler::bench
