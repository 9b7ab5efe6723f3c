// SPDX-License-Identifier: MIT
#include "proxy/parked_record.h"

#include <cstring>
#include <type_traits>

namespace stickler::proxy {
namespace {

// All there is in a record but for its TLS facts: what is written is read in the same order.
template <typename Record, typename Each>
void for_each_field(Record& record, Each&& each) {
  each(record.client);
  each(record.accepted);
  each(record.listener);
  each(record.tls);
  each(record.backend);
  each(record.server);
  each(record.listener_id);
  each(record.backend_id);
  each(record.server_id);
  each(record.page);
  each(record.route);
  each.text(record.request_line);
  each(record.request_id);
  each(record.status);
  each(record.head_bytes);
  each(record.bytes_to_client);
  each(record.bytes_from_client);
  each(record.ended_by);
  each(record.ended_in);
  each(record.cookie.presented);
  each(record.cookie.given);
  each(record.at_fault);
  each(record.reused);
  each(record.tunnel);
  each(record.timers.head);
  each(record.timers.queue);
  each(record.timers.connect);
  each(record.timers.response);
  each(record.timers.total);
  each(record.retries);
  each(record.redispatched);
  each(record.process_connections);
  each(record.listener_connections);
  each(record.server_active);
  each(record.backend_active);
  each(record.server_queue);
  each(record.backend_queue);
  each(record.session);
  each(record.reason.kind);
  each(record.reason.subject);
  each(record.reason.detail);
  each(record.reason.route);
  each(record.failure);
}
// Whoever adds a field adds it above, too.
static_assert(sizeof(void*) != 8 || sizeof(ExchangeRecord) == 440);

template <typename T>
concept Small = std::is_enum_v<T> || std::is_same_v<T, bool> || std::is_same_v<T, char>;

constexpr unsigned kBitsAByte = 7;
constexpr std::uint64_t kMoreFollow = 1U << kBitsAByte;

class Writer {
 public:
  template <Small T>
  void operator()(T value) {
    bytes_.push_back(static_cast<char>(value));
  }
  // Seven bits a byte. Of 64 bits the next number is written: kNobody is as short as 0.
  template <std::unsigned_integral T>
    requires(!Small<T>)
  void operator()(T value) {
    std::uint64_t left = value;
    if constexpr (sizeof(T) == sizeof(std::uint64_t)) ++left;
    for (; left >= kMoreFollow; left >>= kBitsAByte) {
      bytes_.push_back(static_cast<char>(left | kMoreFollow));
    }
    bytes_.push_back(static_cast<char>(left));
  }
  // What was not reached is -1.
  void operator()(Duration value) { (*this)(static_cast<std::uint64_t>(value.count())); }
  void operator()(WallTime value) {
    (*this)(static_cast<std::uint64_t>(value.time_since_epoch().count()));
  }
  // Itself.
  void text(std::string_view text) {
    (*this)(text.size());
    bytes_.append(text);
  }
  void operator()(const std::string& text) { this->text(text); }
  // Where it is, for it stays there.
  void operator()(std::string_view name) {
    (*this)(name.size());
    const char* const place = name.data();
    if (!name.empty()) bytes_.append(reinterpret_cast<const char*>(&place), sizeof place);
  }
  void operator()(const net::Address& address) {
    (*this)(static_cast<unsigned>(address.size()));
    bytes_.append(reinterpret_cast<const char*>(address.data()), address.size());
  }

  std::unique_ptr<char[]> take() const {
    auto bytes = std::make_unique<char[]>(bytes_.size());
    bytes_.copy(bytes.get(), bytes_.size());
    return bytes;
  }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(const char* bytes) : next_(bytes) {}

  template <Small T>
  void operator()(T& value) {
    value = static_cast<T>(*next_++);
  }
  template <std::unsigned_integral T>
    requires(!Small<T>)
  void operator()(T& value) {
    std::uint64_t digits = 0;
    std::uint64_t digit = kMoreFollow;
    for (unsigned at = 0; (digit & kMoreFollow) != 0; at += kBitsAByte) {
      digit = static_cast<unsigned char>(*next_++);
      digits |= (digit & (kMoreFollow - 1)) << at;
    }
    if constexpr (sizeof(T) == sizeof(std::uint64_t)) --digits;
    value = static_cast<T>(digits);
  }
  void operator()(Duration& value) {
    std::uint64_t count = 0;
    (*this)(count);
    value = Duration(static_cast<Duration::rep>(count));
  }
  void operator()(WallTime& value) {
    std::uint64_t count = 0;
    (*this)(count);
    value = WallTime(WallTime::duration(static_cast<WallTime::rep>(count)));
  }
  // Where it is written down.
  void text(std::string_view& text) {
    const std::size_t size = this->size();
    text = {next_, size};
    next_ += size;
  }
  void operator()(std::string& text) {
    std::string_view there;
    this->text(there);
    text = there;
  }
  void operator()(std::string_view& name) {
    const std::size_t size = this->size();
    const char* place = nullptr;
    if (size != 0) next_ = take(&place, sizeof place);
    name = {place, size};
  }
  void operator()(net::Address& address) {
    unsigned size = 0;
    (*this)(size);
    sockaddr_storage there{};
    next_ = take(&there, size);
    address = net::Address(reinterpret_cast<const sockaddr*>(&there), size);
  }

 private:
  std::size_t size() {
    std::size_t size = 0;
    (*this)(size);
    return size;
  }
  const char* take(void* into, std::size_t size) {
    std::memcpy(into, next_, size);
    return next_ + size;
  }

  const char* next_;
};

}  // namespace

ParkedRecord::ParkedRecord(const ExchangeRecord& record) : tls_facts_(record.tls_facts) {
  Writer writer;
  for_each_field(record, writer);
  bytes_ = writer.take();
}

ExchangeRecord ParkedRecord::unpark() const {
  ExchangeRecord record;
  if (bytes_ == nullptr) return record;
  for_each_field(record, Reader(bytes_.get()));
  record.tls_facts = tls_facts_;
  return record;
}

}  // namespace stickler::proxy
