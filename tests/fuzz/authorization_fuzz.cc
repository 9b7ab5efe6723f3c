// SPDX-License-Identifier: MIT
// An Authorization field opens a page only with an account's own user and password, and Base64
// comes back as it went in.
#include <openssl/evp.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/base64.h"
#include "proxy/local_pages.h"

namespace {

using namespace stickler;

void demand(bool holds) {
  if (!holds) std::abort();
}

std::string encode_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

config::Page page() {
  config::Page page;
  page.uri = "/stats";
  page.password_file = "accounts";
  page.accounts = {{"admin", "secret"}};
  return page;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const config::Page guarded = page();
  static const std::string key = encode_base64("admin:secret");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  demand(net::decode_base64(encode_base64(text)) == text);
  const auto decoded = net::decode_base64(text);
  demand(!decoded || decoded->size() <= text.size());
  if (!proxy::may_see(guarded, {{"Authorization", text, http::FieldId::other}})) return 0;
  demand(text.find(key) != std::string_view::npos);
  return 0;
}
